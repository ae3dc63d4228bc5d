package im.bench.load;

import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Groups of all clients come to be by changes that one of them sends. Event loop only, except {@link #done}. */
final class GroupForming {
    /** Of the changes, far from those of messages. */
    static final long FIRST_NUMBER = 1L << 40;
    /** Fewer than a server lets be unanswered. */
    private static final int AT_A_TIME = 32;

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final List<Conversation> groups = new ArrayList<>();
    private final String[] uids;
    private final long idHigh;
    private final int from;
    private final ArrayDeque<Change> waiting = new ArrayDeque<>();
    private @Nullable Client owner;
    private long changes;
    private long sent;
    private long accepted;

    private record Change(Conversation group, MembershipChange change) {}

    /**
     * @param uids of all, the owner's first
     * @param from number of the first group
     */
    GroupForming(String[] uids, long idHigh, int from) {
        this.uids = uids;
        this.idHigh = idHigh;
        this.from = from;
    }

    void send(Client owner, int count) {
        for (int group = from; group < from + count; group++) {
            Conversation conversation =
                    Conversation.newBuilder().setGroup(uids[0] + "-g" + group).build();
            groups.add(conversation);
            for (int first = 1; first < uids.length; first += Limits.MEMBERSHIP_UIDS) {
                waiting.add(new Change(
                        conversation,
                        MembershipChange.newBuilder()
                                .setKind(first == 1 ? Kind.CREATED : Kind.ADDED)
                                .addAllUids(List.of(uids)
                                        .subList(first, Math.min(uids.length, first + Limits.MEMBERSHIP_UIDS)))
                                .build()));
            }
        }
        changes = waiting.size();
        this.owner = owner;
        sendMore();
    }

    private void sendMore() {
        Client sender = owner;
        while (sender != null && sent - accepted < AT_A_TIME && !waiting.isEmpty()) {
            Change next = waiting.remove();
            sender.change(FIRST_NUMBER + sent++, idHigh, next.group, next.change);
        }
        if (sender != null) {
            sender.flushSends();
        }
    }

    List<Conversation> groups() {
        return groups;
    }

    void accepted() {
        accepted++;
        sendMore();
        if (accepted == changes) {
            done.complete(null);
        }
    }

    void refused(Code code) {
        done.completeExceptionally(new IllegalStateException("a change of membership was refused: " + code));
    }

    CompletableFuture<Void> done() {
        return done;
    }
}
