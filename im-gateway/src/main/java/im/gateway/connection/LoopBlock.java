package im.gateway.connection;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A loop that stands still, for tests: {@code -Dim.test.block-loop=3000/8000} blocks the first loop for 3 000 ms every
 * 8 000 ms. A server takes it in dev mode only.
 */
public final class LoopBlock implements Runnable {
    public static final String PROPERTY = "im.test.block-loop";

    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})/([0-9]{1,6})");

    private final Loop loop;
    private final long blockMillis;
    private final long everyMillis;

    private LoopBlock(Loop loop, long blockMillis, long everyMillis) {
        this.loop = loop;
        this.blockMillis = blockMillis;
        this.everyMillis = everyMillis;
    }

    /** Whether the property asks for it. */
    public static boolean isAskedFor() {
        return System.getProperty(PROPERTY) != null;
    }

    /**
     * Begins, if the property asks for it.
     *
     * @throws IllegalArgumentException if it says no two numbers
     */
    public static void begin(List<Loop> loops) {
        if (!isAskedFor()) {
            return;
        }
        Matcher times = FORM.matcher(System.getProperty(PROPERTY, ""));
        if (!times.matches()) {
            throw new IllegalArgumentException(PROPERTY + " must be two numbers of milliseconds, such as 3000/8000");
        }
        LoopBlock block = new LoopBlock(loops.get(0), Long.parseLong(times.group(1)), Long.parseLong(times.group(2)));
        block.loop.schedule(block, block.everyMillis);
    }

    @Override
    public void run() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(blockMillis);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        loop.schedule(this, Math.max(1, everyMillis - blockMillis));
    }
}
