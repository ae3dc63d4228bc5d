package im.gateway.room;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Which groups this process hears of. Before a session enters a room, the group's messages must be on their way here; what
 * was read of it before that may be old (D17). Any thread.
 */
public interface GroupsHeard {

    /** Of a process that hears of every group. */
    GroupsHeard ALL = new GroupsHeard() {
        @Override
        public CompletionStage<Boolean> hear(Collection<String> groups) {
            return CompletableFuture.completedStage(false);
        }

        @Override
        public void opened(String group) {}

        @Override
        public void closed(String group) {}
    };

    /**
     * What is placed in these groups from now on is pushed here, for as long as there is a {@link #opened} room, or for
     * a heartbeat or two.
     *
     * @return completes with whether any was not pushed here when this was called; never exceptionally
     */
    CompletionStage<Boolean> hear(Collection<String> groups);

    /** A loop has a room of the group. */
    void opened(String group);

    /** A loop has none of it any more. */
    void closed(String group);
}
