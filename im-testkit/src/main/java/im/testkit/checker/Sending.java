package im.testkit.checker;

import im.testkit.history.Event.Invoked;
import im.testkit.history.Event.Settled;
import im.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call of send and what became of it. */
final class Sending {
    final Entry<Invoked> invoked;
    final List<Entry<Settled>> settled = new ArrayList<>(1);

    Sending(Entry<Invoked> invoked) {
        this.invoked = invoked;
    }

    /** The OK, or null. */
    @Nullable Entry<Settled> acceptance() {
        for (Entry<Settled> entry : settled) {
            if (entry.event().outcome() == Outcome.ACCEPTED) {
                return entry;
            }
        }
        return null;
    }

    /** Whether this call may have brought the message into the log: all but a plain rejection. */
    boolean possible() {
        return settled.isEmpty()
                || settled.stream().anyMatch(entry -> entry.event().outcome() != Outcome.REJECTED);
    }

    /** Whether it ended without anybody knowing. */
    boolean unknown() {
        return possible() && acceptance() == null;
    }
}
