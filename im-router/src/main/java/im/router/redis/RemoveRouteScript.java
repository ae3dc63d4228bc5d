package im.router.redis;

import static im.router.redis.Redis.decimal;
import static java.nio.charset.StandardCharsets.US_ASCII;

import im.router.redis.Redis.Call;

/** {@code remove_route.lua}; answers 1 if the route was there, else 0. */
final class RemoveRouteScript {
    private static final Script SCRIPT = Script.of(RemoveRouteScript.class, "remove_route");

    private RemoveRouteScript() {}

    /** @param nodes packed: who this process is, and was */
    static Call call(Redis redis, String uid, String device, long connection, long[] nodes) {
        byte[][] args = new byte[2 + nodes.length][];
        args[0] = device.getBytes(US_ASCII);
        args[1] = decimal(connection);
        for (int i = 0; i < nodes.length; i++) {
            args[2 + i] = decimal(nodes[i]);
        }
        return Call.of(SCRIPT, new byte[][] {RoutesKey.of(redis, uid)}, args);
    }
}
