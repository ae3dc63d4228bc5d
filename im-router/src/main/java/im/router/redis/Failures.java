package im.router.redis;

import im.router.StageFailure;
import im.router.redis.RedisFailure.Reason;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisReadOnlyException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Lettuce throws, as reasons of ours. */
final class Failures {
    /** First words of errors that say "not now" and nothing about the command. */
    private static final List<String> NOT_NOW = List.of(
            "OOM",
            "MISCONF",
            "MASTERDOWN",
            "CLUSTERDOWN",
            "TRYAGAIN",
            "NOREPLICAS",
            "LOADING",
            "READONLY",
            "BUSY",
            "MOVED",
            "ASK",
            "UNKILLABLE");

    private static final List<String> NOT_US = List.of("NOAUTH", "NOPERM", "WRONGPASS");

    private Failures() {}

    static RedisFailure of(Throwable thrown, String call, boolean closed) {
        Throwable cause = StageFailure.cause(thrown);
        String text = call + ": " + message(cause);
        return new RedisFailure(closed ? Reason.CLOSED : reason(cause), text);
    }

    private static Reason reason(Throwable cause) {
        if (cause instanceof RedisCommandTimeoutException) {
            return Reason.TIMEOUT;
        }
        if (cause instanceof RedisBusyException
                || cause instanceof RedisLoadingException
                || cause instanceof RedisReadOnlyException) {
            return Reason.UNAVAILABLE;
        }
        if (cause instanceof RedisCommandExecutionException) {
            String message = message(cause);
            if (NOT_US.stream().anyMatch(message::startsWith)) {
                return Reason.REFUSED;
            }
            return NOT_NOW.stream().anyMatch(message::startsWith) || message.contains("-OOM ")
                    ? Reason.UNAVAILABLE
                    : Reason.ERROR;
        }
        return Reason.DISCONNECTED;
    }

    /** It, its causes, and what they gathered: of a cluster each node has a failure of its own. */
    static Set<Throwable> behind(Throwable thrown) {
        Set<Throwable> all = new LinkedHashSet<>();
        gather(thrown, all);
        return all;
    }

    private static void gather(@Nullable Throwable thrown, Set<Throwable> all) {
        if (thrown != null && all.add(thrown)) {
            gather(thrown.getCause(), all);
            Stream.of(thrown.getSuppressed()).forEach(each -> gather(each, all));
        }
    }

    /** The first line: what follows may hold arguments. */
    static String message(Throwable cause) {
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return text.lines().findFirst().orElse("");
    }
}
