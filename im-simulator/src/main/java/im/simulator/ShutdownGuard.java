package im.simulator;

import im.simulator.report.ExitCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** Lets work end in its own way, and with its own exit code, when SIGINT or SIGTERM ends the process. */
final class ShutdownGuard {
    private static final int PATIENCE_SECONDS = 20;

    private ShutdownGuard() {}

    /**
     * Does the work on this thread.
     *
     * @param ask called on a signal, on another thread: asks the work to end soon
     * @param work returns the exit code, which is the process's even after a signal
     */
    static int during(Runnable ask, IntSupplier work) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        Thread hook = new Thread(
                () -> {
                    ask.run();
                    int code = done.completeOnTimeout(ExitCode.INCONCLUSIVE.code(), PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .join();
                    Runtime.getRuntime().halt(code);
                },
                "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        int code = ExitCode.CANNOT_START.code();
        try {
            code = work.getAsInt();
            return code;
        } finally {
            remove(hook);
            done.complete(code);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs already: it ends the process with the code that it is given next.
        }
    }
}
