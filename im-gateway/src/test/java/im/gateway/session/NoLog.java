package im.gateway.session;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log that takes nothing, for sessions that only receive. */
final class NoLog implements MessageLog {
    @Override
    public String logId() {
        return "log";
    }

    @Override
    public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        AppendOutcome refused = new AppendOutcome.Refused(Code.UNAVAILABLE, "no log here", 0);
        lane.execute(() -> done.accept(batch.stream().map(r -> refused).toList()));
    }

    @Override
    public @Nullable String failure() {
        return "no log here";
    }
}
