package im.relay.apply;

import im.relay.ConversationView;
import im.relay.GroupEffect;
import im.relay.LoggedMessage;
import im.relay.SeededBug;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A view that is broken on purpose: it moves from wherever it stands, which is what the expected position forbids (D1). */
final class UncheckedView implements ConversationView {
    private final ConversationView view;

    private UncheckedView(ConversationView view) {
        this.view = view;
    }

    static Ports wrap(Ports ports, @Nullable SeededBug bug) {
        return bug == SeededBug.NO_APPLIED_CHECK ? ports.withView(new UncheckedView(ports.view())) : ports;
    }

    @Override
    public CompletionStage<State> state(int partition) {
        return view.state(partition);
    }

    @Override
    public CompletionStage<Move> apply(
            int partition,
            long expected,
            long applied,
            int term,
            List<LoggedMessage> messages,
            List<GroupEffect> effects) {
        return view.state(partition).thenCompose(state -> {
            long from = state.applied();
            List<LoggedMessage> left = messages.stream()
                    .filter(message -> message.position() > from)
                    .toList();
            return from > applied
                    ? CompletableFuture.completedStage(
                            new Move.Moved(new long[messages.size()], new long[messages.size()]))
                    : view.apply(
                                    partition,
                                    from,
                                    applied,
                                    term,
                                    left,
                                    effects.stream()
                                            .filter(effect -> effect.position() > from)
                                            .toList())
                            .thenApply(move -> padded(move, messages.size()));
        });
    }

    private static Move padded(Move move, int size) {
        return move instanceof Move.Moved moved
                ? new Move.Moved(Arrays.copyOf(moved.prevs(), size), Arrays.copyOf(moved.changedAt(), size))
                : move;
    }

    @Override
    public CompletionStage<Move> skip(int partition, long expected, long applied, String attempt) {
        return view.skip(partition, expected, applied, attempt);
    }

    @Override
    public CompletionStage<Move> reached(int partition, long expected, long timeMs) {
        return view.state(partition).thenCompose(state -> view.reached(partition, state.applied(), timeMs));
    }
}
