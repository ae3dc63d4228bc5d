package im.relay.redis;

import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Many calls sent in one go of which all answers are wanted. */
final class Pipelined {
    /** Calls in one go; more go behind their answers, so that one reader does not take all the room there is. */
    private static final int MAX = 1_024;

    private Pipelined() {}

    /** In the order of the calls; fails when one of them does. */
    static CompletionStage<List<Reply>> all(Redis redis, List<Call> calls) {
        return from(redis, calls, 0, new ArrayList<>(calls.size()));
    }

    private static CompletionStage<List<Reply>> from(Redis redis, List<Call> calls, int from, List<Reply> into) {
        if (from == calls.size()) {
            return CompletableFuture.completedStage(into);
        }
        int to = Math.min(calls.size(), from + MAX);
        return redis.callAll(calls.subList(from, to))
                .thenCompose(stages -> joined(stages, into))
                .thenCompose(done -> from(redis, calls, to, into));
    }

    private static CompletionStage<Void> joined(List<CompletionStage<Reply>> stages, List<Reply> into) {
        CompletableFuture<?>[] all =
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(all)
                .thenRun(() -> stages.forEach(
                        stage -> into.add(stage.toCompletableFuture().join())));
    }
}
