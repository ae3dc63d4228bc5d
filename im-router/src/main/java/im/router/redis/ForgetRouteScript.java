package im.router.redis;

import im.router.redis.Redis.Call;

/** {@code forget_route.lua}; answers 1 if the route was there, else 0. */
final class ForgetRouteScript {
    private static final Script SCRIPT = Script.of(ForgetRouteScript.class, "forget_route");

    private ForgetRouteScript() {}

    static Call call(Redis redis, String uid, byte[] device, byte[] route) {
        return Call.of(SCRIPT, new byte[][] {RoutesKey.of(redis, uid)}, device, route);
    }
}
