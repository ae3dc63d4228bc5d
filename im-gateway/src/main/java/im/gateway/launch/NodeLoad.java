package im.gateway.launch;

import com.sun.management.OperatingSystemMXBean;
import im.gateway.connection.Loop;
import im.router.NodeInfo.Load;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.Supplier;

/** How busy this gateway is, as the dispatcher weighs it. Any thread. */
final class NodeLoad {
    private final List<Loop> loops;
    private final Supplier<List<String>> troubles;

    NodeLoad(List<Loop> loops, Supplier<List<String>> troubles) {
        this.loops = loops;
        this.troubles = troubles;
    }

    Load now() {
        long connections = loops.stream().mapToLong(Loop::connections).sum();
        return new Load((int) connections, cpu(), memory(), troubles.get());
    }

    private static double cpu() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean process
                ? share(process.getProcessCpuLoad())
                : 0;
    }

    /** What the last collections left, of what there may be. */
    private static double memory() {
        long used = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            used += left == null ? 0 : left.getUsed();
        }
        return share((double) used / Runtime.getRuntime().maxMemory());
    }

    private static double share(double value) {
        return Double.isNaN(value) ? 0 : Math.max(0, Math.min(1, value));
    }
}
