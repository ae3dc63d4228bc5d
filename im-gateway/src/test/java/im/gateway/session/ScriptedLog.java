package im.gateway.session;

import im.protocol.MessageId;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log that answers what the test says, when it says so; appends are answered oldest first. */
final class ScriptedLog implements MessageLog {
    static final AppendOutcome ACCEPTED = new AppendOutcome.Accepted(77);
    static final AppendOutcome UNKNOWN = new AppendOutcome.Unknown("nobody knows");

    /** Every batch that was given, in order. */
    final List<List<AppendRequest>> batches = new ArrayList<>();

    private final ArrayDeque<Append> unanswered = new ArrayDeque<>();

    private record Append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {}

    static AppendOutcome refused(Code code) {
        return new AppendOutcome.Refused(code, "refused", 50);
    }

    @Override
    public String logId() {
        return "log";
    }

    @Override
    public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        batches.add(List.copyOf(batch));
        unanswered.add(new Append(List.copyOf(batch), lane, done));
    }

    @Override
    public @Nullable String failure() {
        return null;
    }

    int unanswered() {
        return unanswered.size();
    }

    /** What the oldest append that is not answered holds. */
    List<AppendRequest> oldest() {
        return unanswered.element().batch();
    }

    /** The oldest append is durable. */
    void accept() {
        answer(oldest().stream().map(r -> ACCEPTED).toList());
    }

    /** The oldest append fails at its first message, so that the others are out of order. */
    void refuse(Code code) {
        List<AppendOutcome> outcomes = new ArrayList<>();
        oldest().forEach(r -> outcomes.add(refused(outcomes.isEmpty() ? code : Code.OUT_OF_ORDER)));
        answer(outcomes);
    }

    void answer(List<AppendOutcome> outcomes) {
        Append append = unanswered.remove();
        append.lane().execute(() -> append.done().accept(outcomes));
    }

    /** The ids of each batch, in order. */
    List<List<MessageId>> appended() {
        return batches.stream()
                .map(batch -> batch.stream().map(AppendRequest::messageId).toList())
                .toList();
    }
}
