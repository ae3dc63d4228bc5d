package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import im.testkit.checker.Verdict;
import im.testkit.load.App;
import im.testkit.load.Stage;
import java.util.List;

/** What every fault under traffic has to end with. */
final class Judged {

    private Judged() {}

    /** Nothing lost, doubled, reordered or left unknown, of a thousand accepted messages or more. */
    static Verdict clean(Stage stage, String fault) {
        return clean(stage, fault, 1_000);
    }

    /** Nobody's connection has ended since it was made. */
    static void connectionsStayed(List<App> apps) {
        assertThat(apps)
                .allSatisfy(app -> assertThat(app.disconnections())
                        .as("connections of %s that ended", app.uid())
                        .isZero());
    }

    static Verdict clean(Stage stage, String fault, int accepted) {
        Verdict verdict = stage.settle();
        if (!verdict.clean()) {
            fail("%s, history in %s: %s", fault, stage.dump(fault.replace(' ', '-')), verdict);
        }
        assertThat(verdict.counts().unknown()).as("outcomes unknown").isZero();
        assertThat(verdict.counts().accepted()).as("accepted").isGreaterThanOrEqualTo(accepted);
        return verdict;
    }
}
