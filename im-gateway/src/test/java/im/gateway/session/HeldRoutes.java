package im.gateway.session;

import im.router.Registration;
import im.router.RouteDirectory;
import im.router.Routes;
import im.router.memory.MemoryRouteDirectory;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Routes whose registrations take effect at once and are told when the test says so. */
final class HeldRoutes implements RouteDirectory {
    final MemoryRouteDirectory memory = new MemoryRouteDirectory(new Random(1));
    private final ArrayDeque<Runnable> untold = new ArrayDeque<>();

    /** Whether no call is answered but with a failure; a registration has taken effect all the same. */
    boolean away;

    void complete() {
        untold.remove().run();
    }

    void completeLast() {
        untold.removeLast().run();
    }

    @Override
    public CompletionStage<Registration> register(String uid, String device, long attempt, long connection, int group) {
        CompletableFuture<Registration> told = new CompletableFuture<>();
        Registration registration = memory.register(uid, device, attempt, connection, group)
                .toCompletableFuture()
                .join();
        untold.add(() -> {
            if (away) {
                told.completeExceptionally(new IllegalStateException("not now"));
            } else {
                told.complete(registration);
            }
        });
        return told;
    }

    @Override
    public CompletionStage<Boolean> remove(String uid, String device, long connection) {
        return memory.remove(uid, device, connection);
    }

    @Override
    public CompletionStage<Routes> routesOf(String uid) {
        return away ? CompletableFuture.failedStage(new IllegalStateException("not now")) : memory.routesOf(uid);
    }
}
