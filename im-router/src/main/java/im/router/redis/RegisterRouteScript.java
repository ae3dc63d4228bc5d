package im.router.redis;

import static im.router.redis.Redis.decimal;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code register_route.lua}. */
final class RegisterRouteScript {
    private static final Script SCRIPT = Script.of(RegisterRouteScript.class, "register_route");

    private RegisterRouteScript() {}

    /**
     * @param storedAttempt of the newer connection that keeps the route; -1 when the route is in place
     * @param replaced what stood there before, or null; its attempt is not told
     * @param others of the group; their attempts are not told
     */
    record Answer(long storedAttempt, @Nullable StoredRoute replaced, List<StoredRoute> others) {}

    static CompletionStage<Answer> run(
            Redis redis, String uid, String device, long attempt, long node, long connection, int group) {
        return redis.run(
                        SCRIPT,
                        new byte[][] {RoutesKey.of(redis, uid)},
                        device.getBytes(US_ASCII),
                        decimal(attempt),
                        decimal(node),
                        decimal(connection),
                        decimal(group))
                .thenApply(RegisterRouteScript::answer);
    }

    private static Answer answer(Reply reply) {
        if (reply.number(0) == 0) {
            return new Answer(reply.number(1), null, List.of());
        }
        StoredRoute replaced = reply.size() < 3 || reply.number(1) == 0 ? null : route(reply, 1);
        List<StoredRoute> others = new ArrayList<>();
        for (int i = 3; i < reply.size(); i += 2) {
            others.add(route(reply, i));
        }
        return new Answer(-1, replaced, others);
    }

    private static StoredRoute route(Reply reply, int at) {
        return new StoredRoute(0, reply.number(at), reply.number(at + 1));
    }
}
