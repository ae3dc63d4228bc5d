package im.relay;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Every test class awaits with the patience of all, unless it names another. Found by META-INF/services. */
public final class PatientAwaits implements BeforeAllCallback {
    /** Only what never happens is waited for so long: far longer than anything takes on a busy machine. */
    public static final Duration PATIENCE = Duration.ofMinutes(5);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(PATIENCE);
    }
}
