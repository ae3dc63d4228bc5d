package im.testkit.browser;

import static im.testkit.browser.DevTools.params;

/** Pages that share their storage, as those of one person do. */
public final class BrowserContext implements AutoCloseable {
    private final DevTools tools;
    private final String id;

    private BrowserContext(DevTools tools, String id) {
        this.tools = tools;
        this.id = id;
    }

    static BrowserContext open(DevTools tools) {
        String id = tools.call(null, "Target.createBrowserContext", params())
                .path("browserContextId")
                .asString();
        return new BrowserContext(tools, id);
    }

    /** A new, empty page in a window of its own, in view and with the focus. */
    public BrowserPage newPage() {
        return BrowserPage.open(tools, id);
    }

    /** Closes its pages, and forgets what they kept. */
    @Override
    public void close() {
        tools.call(null, "Target.disposeBrowserContext", params("browserContextId", id));
    }
}
