package im.gateway.cluster;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.Wakeups;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log that takes nothing from a node without a lease: one that stood still past it, or whose lease was taken away,
 * appends nothing that it held meanwhile (D12). Senders try again, and are told so at once.
 */
public final class FencedLog implements MessageLog {
    private static final int RETRY_MILLIS = 1_000;

    private final MessageLog log;
    private final BooleanSupplier holdsLease;
    private final ClusterMeters meters;

    /** @param holdsLease asked for each append; must see a pause of the process before anything else does */
    public FencedLog(MessageLog log, BooleanSupplier holdsLease, ClusterMeters meters) {
        this.log = log;
        this.holdsLease = holdsLease;
        this.meters = meters;
    }

    @Override
    public String logId() {
        return log.logId();
    }

    @Override
    public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        if (holdsLease.getAsBoolean()) {
            log.append(batch, lane, done);
            return;
        }
        meters.fencedAppend(batch.size());
        List<AppendOutcome> outcomes = AppendOutcome.filled(
                List.of(new AppendOutcome.Refused(Code.UNAVAILABLE, "this node holds no lease", RETRY_MILLIS)),
                batch.size());
        Wakeups.wake(lane, () -> done.accept(outcomes));
    }

    @Override
    public @Nullable String failure() {
        return log.failure();
    }
}
