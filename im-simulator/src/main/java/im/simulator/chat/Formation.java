package im.simulator.chat;

import im.client.Content;
import im.client.MembershipChange;
import im.client.MembershipChange.Kind;
import im.client.OutgoingMessage;
import im.client.SendOutcome;
import im.protocol.Limits;
import im.simulator.ledger.Ledger;
import im.simulator.ledger.Outcome;
import im.simulator.ledger.Roster;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The groups come to be before anything else is sent: each owner creates its group and adds the others, as many at a
 * time as a change may name. A change is a message of the run, and goes to those who are members from it on.
 */
final class Formation {
    /** What a membership change carries, in the ledger's words; no payload has this number. */
    static final int CONTENT = 0xffff;

    private static final long TICK_NANOS = 100_000_000;

    private final Cast cast;
    private final Fleet fleet;
    private final Ledger ledger;
    private final Interruption interruption;
    private final long patienceNanos;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicReference<@Nullable String> refused = new AtomicReference<>();

    /** @param patienceNanos how long to wait at most for one more group to be there */
    Formation(Cast cast, Fleet fleet, long patienceNanos, Interruption interruption) {
        this.cast = cast;
        this.fleet = fleet;
        this.ledger = cast.ledger();
        this.patienceNanos = patienceNanos;
        this.interruption = interruption;
    }

    /**
     * Waits until every change was accepted and has reached the members.
     *
     * @param tick told every now and then which part is done, 0–1
     * @return why they are not all there, empty if they are
     */
    String await(DoubleConsumer tick) {
        int changes = 0;
        for (int group = 0; group < cast.population().groups(); group++) {
            changes += form(group);
        }
        long known = -1;
        long progressNanos = System.nanoTime();
        while (accepted.get() < changes || !ledger.settled()) {
            if (interruption.within(TICK_NANOS)) {
                return "interrupted while groups were formed";
            }
            String why = refused.get();
            if (why != null) {
                return why;
            }
            long moved = accepted.get() + ledger.firstCallbacks();
            long now = System.nanoTime();
            if (moved > known) {
                known = moved;
                progressNanos = now;
            } else if (now - progressNanos > patienceNanos) {
                return "not every member heard of its group";
            }
            tick.accept(ledger.firstCallbacks() / (double) Math.max(1, ledger.expected()));
        }
        return "";
    }

    /** Sends what makes a group; how many changes. */
    private int form(int group) {
        String[] uids = Arrays.stream(cast.population().usersOf(group))
                .mapToObj(cast.names()::uid)
                .toArray(String[]::new);
        int changes = 0;
        for (int from = 1; from < uids.length || changes == 0; from += Limits.MEMBERSHIP_UIDS) {
            int to = Math.min(uids.length, from + Limits.MEMBERSHIP_UIDS);
            List<String> named = List.of(uids).subList(Math.min(from, to), to);
            send(
                    group,
                    to,
                    new MembershipChange(changes == 0 ? Kind.CREATED : Kind.ADDED, named, null, null, null, ""));
            changes++;
        }
        return changes;
    }

    private void send(int group, int users, MembershipChange change) {
        Roster roster = cast.roster();
        int conversation = cast.population().conversationOf(group);
        int slots = roster.slotsOfFirst(conversation, users);
        long now = System.nanoTime();
        int number = ledger.sentToFirst(slots, conversation, 0, CONTENT, now);
        fleet.client(roster.deviceAt(conversation, 0))
                .sdk()
                .send(new OutgoingMessage(
                        cast.names().group(group),
                        cast.run().idOf(number, now).toString(),
                        "",
                        new Content.Membership(change)))
                .whenComplete((outcome, failure) -> settle(number, outcome));
    }

    /** On the owner's event loop. */
    private void settle(int number, @Nullable SendOutcome outcome) {
        if (outcome instanceof SendOutcome.Accepted) {
            ledger.settled(number, Outcome.ACCEPTED);
            accepted.incrementAndGet();
        } else {
            refused.compareAndSet(
                    null,
                    "a group could not be formed: "
                            + (outcome instanceof SendOutcome.Rejected rejected ? rejected.code() : "no outcome"));
        }
    }
}
