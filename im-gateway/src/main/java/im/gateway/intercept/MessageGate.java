package im.gateway.intercept;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What stands between a client and the log. Safe from any thread; no call blocks. */
public interface MessageGate {
    /** Nobody judges. */
    MessageGate OPEN = message -> CompletableFuture.completedStage(Verdict.ACCEPT);

    /** Completes in bounded time and never exceptionally, on whatever thread. */
    CompletionStage<Verdict> judge(IncomingMessage message);

    /** Both judge, this one first; what it rewrites is what the other sees. */
    default MessageGate then(MessageGate next) {
        if (this == OPEN) {
            return next;
        }
        return next == OPEN ? this : message -> judge(message).thenCompose(first -> judge(first, message, next));
    }

    private static CompletionStage<Verdict> judge(Verdict first, IncomingMessage message, MessageGate next) {
        if (first instanceof Verdict.Reject) {
            return CompletableFuture.completedStage(first);
        }
        if (first instanceof Verdict.Rewrite rewrite) {
            return next.judge(message.rewritten(rewrite))
                    .thenApply(second -> second instanceof Verdict.Accept ? rewrite : second);
        }
        return next.judge(message);
    }
}
