package im.simulator.chat;

import im.client.ReceivedMessage;
import im.simulator.ledger.Delivery;
import im.simulator.ledger.Ledger;
import im.simulator.ledger.Roster;
import im.simulator.report.Latencies;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/**
 * Takes the callbacks of all clients: recognizes the message, compares it with what was sent, tells the ledger, records
 * the latency. On the clients' event loops, those of one client one at a time.
 */
final class Inbox {
    private final Cast cast;
    private final Roster roster;
    private final Ledger ledger;
    private final IntFunction<VirtualClient> clients;
    private final Latencies all = new Latencies();
    private final Latencies live = new Latencies();
    private final LongAdder foreign = new LongAdder();

    Inbox(Cast cast, IntFunction<VirtualClient> clients) {
        this.cast = cast;
        this.roster = cast.roster();
        this.ledger = cast.ledger();
        this.clients = clients;
    }

    void take(VirtualClient receiver, ReceivedMessage message) {
        long now = System.nanoTime();
        int number = cast.run().messageOf(message.messageId());
        if (number < 0) {
            takeUnknown(receiver, message);
            return;
        }
        boolean intact = ledger.knows(number) && isIntact(receiver.device(), number, message);
        if (ledger.delivered(receiver.device(), number, message.position(), intact) == Delivery.FIRST
                && ledger.contentOf(number) != Formation.CONTENT) {
            long intended = ledger.intendedNanosOf(number);
            all.record(now - intended);
            if (receiver.liveSince(intended)
                    && clients.apply(ledger.senderOf(number)).liveSince(intended)) {
                live.record(now - intended);
            }
        }
    }

    /** An id of another run is no fault, unless its sender exists in this run only. */
    private void takeUnknown(VirtualClient receiver, ReceivedMessage message) {
        if (cast.names().ofThisRun(message.sender())) {
            ledger.phantom(receiver.device(), message.position());
        } else {
            foreign.increment();
        }
    }

    private boolean isIntact(int receiver, int number, ReceivedMessage message) {
        Names names = cast.names();
        int sender = ledger.senderOf(number);
        int conversation = ledger.conversationOf(number);
        return names.uid(roster.userOf(sender)).equals(message.sender())
                && names.device(roster.ordinalOf(sender)).equals(message.senderDevice())
                && cast.address(conversation, receiver).equals(message.conversation())
                && message.own() == (roster.userOf(sender) == roster.userOf(receiver))
                && matches(ledger.contentOf(number), message);
    }

    private boolean matches(int content, ReceivedMessage message) {
        return content == Formation.CONTENT
                ? message.membership() != null
                : cast.payloads().get(content).matches(message.contentType(), message.content());
    }

    Latencies all() {
        return all;
    }

    Latencies live() {
        return live;
    }

    long foreign() {
        return foreign.sum();
    }
}
