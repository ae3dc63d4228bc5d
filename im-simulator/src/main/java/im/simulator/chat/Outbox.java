package im.simulator.chat;

import im.client.OutgoingMessage;
import im.client.SendOutcome;
import im.simulator.ledger.Ledger;
import im.simulator.ledger.Outcome;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends the script at its times, whatever becomes of earlier sends: nothing here waits for the server. If this thread
 * comes late, the rest is sent at once; latencies count from the intended times all the same.
 */
final class Outbox implements Runnable {
    /** How long it may take to notice an interruption. */
    private static final long NAP_NANOS = 20_000_000;

    private final Script script;
    private final Cast cast;
    private final Ledger ledger;
    private final Fleet fleet;
    private final Interruption interruption;
    private final long startNanos;
    private final Map<String, Long> rejectedByCode = new TreeMap<>();
    private volatile long lagNanos;

    Outbox(Script script, Cast cast, Fleet fleet, Interruption interruption, long startNanos) {
        this.script = script;
        this.cast = cast;
        this.ledger = cast.ledger();
        this.fleet = fleet;
        this.interruption = interruption;
        this.startNanos = startNanos;
    }

    @Override
    public void run() {
        while (script.next()) {
            long intended = startNanos + script.offsetNanos();
            for (long early = intended - System.nanoTime(); early > 0; early = intended - System.nanoTime()) {
                LockSupport.parkNanos(Math.min(early, NAP_NANOS));
                if (interruption.isAsked()) {
                    return;
                }
            }
            lagNanos = Math.max(lagNanos, System.nanoTime() - intended);
            send(intended);
        }
    }

    private void send(long intended) {
        int conversation = script.conversation();
        int number = ledger.sent(conversation, script.senderSlot(), script.payload(), intended);
        int sender = cast.roster().deviceAt(conversation, script.senderSlot());
        Payload payload = cast.payloads().get(script.payload());
        String id = cast.run().idOf(number, intended).toString();
        fleet.client(sender)
                .sdk()
                .send(new OutgoingMessage(
                        cast.address(conversation, sender), id, payload.contentType(), payload.content()))
                .whenComplete((outcome, failure) -> settle(number, outcome));
    }

    /** On the sender's event loop. */
    private void settle(int number, @Nullable SendOutcome outcome) {
        if (outcome instanceof SendOutcome.Accepted) {
            ledger.settled(number, Outcome.ACCEPTED);
        } else if (outcome instanceof SendOutcome.Rejected rejected) {
            ledger.settled(number, Outcome.REJECTED);
            synchronized (rejectedByCode) {
                rejectedByCode.merge(rejected.code().name(), 1L, Long::sum);
            }
        } else {
            ledger.settled(number, Outcome.UNKNOWN);
        }
    }

    Map<String, Long> rejectedByCode() {
        synchronized (rejectedByCode) {
            return new TreeMap<>(rejectedByCode);
        }
    }

    /** How late a send was, at most. */
    long lagNanos() {
        return lagNanos;
    }
}
