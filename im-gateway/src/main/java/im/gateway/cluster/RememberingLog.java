package im.gateway.cluster;

import im.gateway.cluster.AcceptedMemory.Sent;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.Identity;
import im.relay.MessageLog;
import im.relay.Wakeups;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A log that knows again what this node had accepted: another body under a known id is CONFLICT before anything of it is
 * appended, and a repeat, which is appended all the same (the relays tell it from a message, D11), is answered with the
 * time of the first. What another node accepted, or this one before it was started or long ago, it does not know.
 */
public final class RememberingLog implements MessageLog {
    private static final ThreadLocal<Identity.Hash> HASH = ThreadLocal.withInitial(Identity.Hash::new);

    private final MessageLog log;
    private final AcceptedMemory memory;
    private final LongSupplier millis;

    /**
     * @param window W: for how long two messages of one id and body are one
     * @param nanoTime as {@link System#nanoTime}
     */
    public RememberingLog(MessageLog log, Duration window, LongSupplier nanoTime, ClusterMeters meters) {
        this.log = log;
        this.millis = () -> TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
        this.memory = new AcceptedMemory(window.toMillis(), millis);
        meters.remember(memory);
    }

    @Override
    public String logId() {
        return log.logId();
    }

    @Override
    public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        List<Sent> sent = sent(batch);
        int conflict = memory.firstConflict(sent, firstOfTwoBodies(sent));
        if (conflict == 0) {
            Wakeups.wake(lane, () -> done.accept(withConflict(List.of(), batch.size())));
            return;
        }
        long calledMs = millis.getAsLong();
        if (conflict == batch.size()) {
            log.append(batch, lane, outcomes -> done.accept(memory.told(sent, outcomes, calledMs)));
        } else {
            log.append(
                    batch.subList(0, conflict),
                    lane,
                    outcomes -> done.accept(withConflict(memory.told(sent, outcomes, calledMs), batch.size())));
        }
    }

    /** Which of a batch's messages this node had accepted, the very same, and still knows. */
    public BitSet accepted(List<AppendRequest> batch) {
        return memory.accepted(sent(batch));
    }

    private static List<Sent> sent(List<AppendRequest> batch) {
        Identity.Hash hash = HASH.get();
        AppendRequest first = batch.get(0);
        byte[] prefix = Identity.prefix(first.conversation(), first.sender());
        List<Sent> sent = new ArrayList<>(batch.size());
        for (AppendRequest request : batch) {
            sent.add(new Sent(hash.of(prefix, request.messageId()), bodyHash(request)));
        }
        return sent;
    }

    /** The number of the first that is another body under the id of one before it; their count if none is. */
    private static int firstOfTwoBodies(List<Sent> sent) {
        for (int i = 1; i < sent.size(); i++) {
            for (int before = 0; before < i; before++) {
                if (sent.get(before).isOtherBodyOf(sent.get(i))) {
                    return i;
                }
            }
        }
        return sent.size();
    }

    /** A failure before it makes it out of order, and whatever is behind it is. */
    private static List<AppendOutcome> withConflict(List<AppendOutcome> before, int size) {
        List<AppendOutcome> outcomes = new ArrayList<>(size);
        outcomes.addAll(before);
        if (before.stream().allMatch(Accepted.class::isInstance)) {
            outcomes.add(new Refused(Code.CONFLICT, "another message has this id", 0));
        }
        return AppendOutcome.filled(outcomes, size);
    }

    private static long bodyHash(AppendRequest request) {
        return ByteBuffer.wrap(request.requestHash()).getLong();
    }

    @Override
    public @Nullable String failure() {
        return log.failure();
    }
}
