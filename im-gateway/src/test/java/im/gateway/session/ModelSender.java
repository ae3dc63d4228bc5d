package im.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.SendResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A sending SDK in a few lines: results by ref, back to the first failure, GiveUp when nothing is left (D38). */
final class ModelSender {
    static final List<String> PEERS = List.of("a", "b", "c");

    /** Frames on their way to the server. */
    final ArrayDeque<Frame> sent = new ArrayDeque<>();

    /** Messages that were answered OK. */
    final List<Long> accepted = new ArrayList<>();

    private final Map<String, List<Pending>> queues = new HashMap<>();
    private final Map<Long, String> peerOfRef = new HashMap<>();
    private long ref;
    private int messages;

    private static final class Pending {
        final int message;
        long ref;
        boolean failed;

        Pending(int message) {
            this.message = message;
        }
    }

    ModelSender() {
        PEERS.forEach(peer -> queues.put(peer, new ArrayList<>()));
    }

    boolean isSettled() {
        return queues.values().stream().allMatch(List::isEmpty);
    }

    /** A new message; larger numbers are later ones. */
    void send(String peer) {
        if (queue(peer).size() < 6) {
            queue(peer).add(new Pending(++messages));
            transmit(peer);
        }
    }

    /** A connection was welcomed; nothing that was on its way on the old one will arrive. */
    void connected() {
        sent.clear();
        for (String peer : PEERS) {
            queue(peer).forEach(pending -> pending.ref = 0);
            transmit(peer);
        }
    }

    void read(Frame frame) {
        if (frame.hasSendResult()) {
            onResult(frame.getRef(), frame.getSendResult());
        } else {
            assertThat(frame.hasCaughtUp() || frame.hasPong()).as("%s", frame).isTrue();
        }
    }

    private void onResult(long answered, SendResult result) {
        String peer = Objects.requireNonNull(peerOfRef.get(answered));
        List<Pending> queue = queue(peer);
        int index = 0;
        while (index < queue.size() && queue.get(index).ref != answered) {
            index++;
        }
        if (index == queue.size()) {
            if (result.getCode() != Code.OK && queue.isEmpty()) {
                sent.add(ClientFrames.giveUp(peer));
            }
        } else if (result.getCode() == Code.OK) {
            assertThat(index).as("OK before an earlier message").isZero();
            accepted.add((long) queue.remove(0).message);
        } else {
            queue.get(index).failed = true;
            queue.subList(index, queue.size()).forEach(pending -> pending.ref = 0);
            transmit(peer);
        }
    }

    /** The application does not want the oldest message any more, which has failed before. */
    void giveUp(String peer) {
        List<Pending> queue = queue(peer);
        if (!queue.isEmpty() && queue.get(0).failed) {
            queue.remove(0);
            if (queue.isEmpty()) {
                sent.add(ClientFrames.giveUp(peer));
            }
        }
    }

    private void transmit(String peer) {
        List<Pending> queue = queue(peer);
        for (Pending pending : queue) {
            if (pending.ref == 0) {
                pending.ref = ++ref;
                peerOfRef.put(ref, peer);
                sent.add(
                        pending == queue.get(0)
                                ? ClientFrames.first(ref, peer, pending.message)
                                : ClientFrames.send(ref, peer, pending.message));
            }
        }
    }

    private List<Pending> queue(String peer) {
        return Objects.requireNonNull(queues.get(peer));
    }
}
