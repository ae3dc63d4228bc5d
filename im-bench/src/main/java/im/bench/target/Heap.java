package im.bench.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the gateways' heaps hold, after a full collection. */
public final class Heap {
    private static final Pattern USED = Pattern.compile("garbage-first heap.* used (\\d+)K");
    private static final int IDLE_HEARTBEATS = 3;

    private Heap() {}

    /**
     * Waits until sessions are idle.
     *
     * @return bytes, of all gateways together; NaN where this JDK cannot ask for it
     */
    public static double idle(Target target, Duration heartbeat) {
        pause(heartbeat.multipliedBy(IDLE_HEARTBEATS));
        double bytes = 0;
        for (String process : target.pids().keySet()) {
            bytes += process.startsWith("gateway") ? used(target.pids().get(process)) : 0;
        }
        return bytes;
    }

    private static double used(long pid) {
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        Matcher matcher = USED.matcher(jcmd(pid, "GC.heap_info"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024.0 : Double.NaN;
    }

    private static String jcmd(long pid, String what) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid),
                            what)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
