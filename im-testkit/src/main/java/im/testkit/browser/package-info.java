/**
 * A headless Chromium, driven over the DevTools protocol: pages are opened, typed into, clicked, looked at and
 * photographed. It knows nothing of what the pages are, and waits for nothing they do: tests await what they want to see.
 * Any thread, one at a time for a page. Start at {@link im.testkit.browser.Chromium}.
 */
@NullMarked
package im.testkit.browser;

import org.jspecify.annotations.NullMarked;
