package im.relay.redis;

import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.List;

/** {@code touch.lua}: when devices were last used. */
final class TouchScript {
    private static final Script SCRIPT = Script.of(TouchScript.class, "touch");
    /** When a device was last used is not written more often than this. */
    private static final long EVERY_MS = 60_000;

    private final StoreKeys keys;

    TouchScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** A device that was in use. */
    record Device(String uid, String device) {}

    /** @param devices of uids of one bucket */
    Call call(List<Device> devices, long nowMs) {
        List<byte[]> touched = new ArrayList<>(devices.size());
        List<byte[]> args = new ArrayList<>(2 + devices.size());
        args.add(Redis.decimal(nowMs));
        args.add(Redis.decimal(EVERY_MS));
        for (Device device : devices) {
            touched.add(keys.devices(device.uid()));
            args.add(StoreKeys.bytes(device.device()));
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }
}
