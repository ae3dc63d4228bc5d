package im.gateway.cluster;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendOutcome.Unknown;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.Wakeups;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
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
        MessageIdentity[] identities = new MessageIdentity[batch.size()];
        for (int i = 0; i < identities.length; i++) {
            identities[i] = MessageIdentity.of(batch.get(i));
        }
        int conflict = firstConflict(batch, identities);
        if (conflict == 0 && !batch.isEmpty()) {
            Wakeups.wake(lane, () -> done.accept(withConflict(List.of(), batch.size())));
            return;
        }
        long calledMs = millis.getAsLong();
        log.append(batch.subList(0, conflict), lane, outcomes -> {
            List<AppendOutcome> known = remember(batch, identities, outcomes, calledMs);
            done.accept(conflict == batch.size() ? known : withConflict(known, batch.size()));
        });
    }

    /** The number of the first that is another body under an id that is known, or came before it; their count if none is. */
    private int firstConflict(List<AppendRequest> batch, MessageIdentity[] identities) {
        for (int i = 0; i < identities.length; i++) {
            long bodyHash = bodyHash(batch.get(i));
            if (memory.isConflict(identities[i], bodyHash)) {
                return i;
            }
            for (int before = 0; before < i; before++) {
                if (identities[before].equals(identities[i]) && bodyHash(batch.get(before)) != bodyHash) {
                    return i;
                }
            }
        }
        return identities.length;
    }

    private List<AppendOutcome> remember(
            List<AppendRequest> batch, MessageIdentity[] identities, List<AppendOutcome> outcomes, long calledMs) {
        List<AppendOutcome> known = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            AppendOutcome outcome = outcomes.get(i);
            long bodyHash = bodyHash(batch.get(i));
            if (outcome instanceof Accepted accepted) {
                long first = memory.accepted(identities[i], bodyHash, accepted.acceptedMs(), calledMs);
                known.add(first == accepted.acceptedMs() ? outcome : new Accepted(first));
            } else {
                if (outcome instanceof Unknown) {
                    memory.unknown(identities[i], bodyHash, calledMs);
                }
                known.add(outcome);
            }
        }
        return known;
    }

    /** A failure before it makes it out of order, and whatever is behind it is. */
    private static List<AppendOutcome> withConflict(List<AppendOutcome> before, int size) {
        List<AppendOutcome> outcomes = new ArrayList<>(size);
        outcomes.addAll(before);
        if (before.stream().allMatch(Accepted.class::isInstance)) {
            outcomes.add(new Refused(Code.CONFLICT, "another message has this id", 0));
        }
        while (outcomes.size() < size) {
            outcomes.add(new Refused(Code.OUT_OF_ORDER, "an earlier message was not accepted", 0));
        }
        return outcomes;
    }

    private static long bodyHash(AppendRequest request) {
        return ByteBuffer.wrap(request.requestHash()).getLong();
    }

    @Override
    public @Nullable String failure() {
        return log.failure();
    }
}
