package im.router.redis;

import im.router.NodeId;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who this process is, and was: routes in an older name of its own are its own still. Any thread. */
final class OwnNode {
    /** More than a lapse or two between two heartbeats is not to be expected. */
    private static final int REMEMBERED = 8;

    private final Supplier<@Nullable NodeId> self;

    /** Packed, newest first. */
    private long[] names = {};

    OwnNode(Supplier<@Nullable NodeId> self) {
        this.self = self;
    }

    /** 0 while this process has no lease. */
    long now() {
        NodeId id = self.get();
        if (id == null) {
            return 0;
        }
        long packed = id.packed();
        synchronized (this) {
            if (names.length == 0 || names[0] != packed) {
                long[] more = new long[Math.min(REMEMBERED, names.length + 1)];
                System.arraycopy(names, 0, more, 1, more.length - 1);
                more[0] = packed;
                names = more;
            }
        }
        return packed;
    }

    /** Newest first; empty before the first lease. */
    synchronized long[] names() {
        return names.clone();
    }

    boolean isOrWas(long node) {
        return Arrays.stream(names()).anyMatch(name -> name == node);
    }
}
