package im.relay.local;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.Routes;
import im.router.memory.MemoryRouteDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class LocalRelayTest {
    private static final PlacedMessage AB = new PlacedMessage(ConversationKey.direct("a", "b"), 1, 0, new byte[0]);
    private static final PlacedMessage AA = new PlacedMessage(ConversationKey.direct("a", "a"), 2, 0, new byte[0]);

    /** Writes down what it is given, when the wake-ups are flushed. */
    private static final class RecordingBus implements PushBus {
        @Override
        public boolean takesReceipts() {
            return true;
        }

        @Override
        public void pushGroup(GroupPush push, Wakeups wakeups) {}

        @Override
        public void pushMembership(String group, String uid, Routes routes, Wakeups wakeups) {}

        @Override
        public void pushReceipt(Receipt receipt, String uid, Routes routes, Wakeups wakeups) {}

        @Override
        public void pushTransient(TransientMessage message, String uid, Routes routes, Wakeups wakeups) {}

        @Override
        public void displaced(Route route) {}

        @Override
        public void removed(String uid, Route route) {}

        final List<String> pushed = new ArrayList<>();
        final Executor lane = Runnable::run;

        @Override
        public void push(PlacedMessage message, String uid, Routes routes, Wakeups wakeups) {
            long[] connections = routes.here().clone();
            Arrays.sort(connections);
            String line = message.position() + " " + uid + " " + Arrays.toString(connections);
            wakeups.add(lane, () -> pushed.add(line));
        }
    }

    /** Answers when the test says so. */
    private static final class LateRoutes implements RouteDirectory {
        final CompletableFuture<Routes> answer = new CompletableFuture<>();

        @Override
        public CompletionStage<Registration> register(
                String uid, String device, long attempt, long connection, int group) {
            throw new UnsupportedOperationException("nobody connects here");
        }

        @Override
        public CompletionStage<Boolean> remove(String uid, String device, long connection) {
            throw new UnsupportedOperationException("nobody connects here");
        }

        @Override
        public CompletionStage<Routes> routesOf(String uid) {
            return answer;
        }
    }

    private final RecordingBus bus = new RecordingBus();
    private final Wakeups wakeups = new Wakeups();

    @Test
    void aMessageIsPushedToAllConnectionsOfBothUids() {
        MemoryRouteDirectory routes = new MemoryRouteDirectory(new Random(1));
        routes.register("a", "phone", 1, 11);
        routes.register("a", "desk", 1, 12);
        routes.register("b", "phone", 1, 21);
        routes.register("c", "phone", 1, 31);

        new LocalRelay(routes, bus).committed(List.of(AB), wakeups);

        assertThat(bus.pushed).isEmpty();
        wakeups.flush();
        assertThat(bus.pushed).containsExactly("1 a [11, 12]", "1 b [21]");
    }

    @Test
    void aMessageToOneselfIsPushedOnce() {
        MemoryRouteDirectory routes = new MemoryRouteDirectory(new Random(1));
        routes.register("a", "phone", 1, 11);

        new LocalRelay(routes, bus).committed(List.of(AA, AB), wakeups);
        wakeups.flush();

        assertThat(bus.pushed).containsExactly("2 a [11]", "1 a [11]");
    }

    @Test
    void routesThatAnswerLaterArePushedThen() {
        LateRoutes routes = new LateRoutes();
        new LocalRelay(routes, bus).committed(List.of(AA), wakeups);
        wakeups.flush();
        assertThat(bus.pushed).isEmpty();

        routes.answer.complete(Routes.here(11));

        assertThat(bus.pushed).containsExactly("2 a [11]");
    }

    @Test
    void routesThatCannotBeReadCostThePushOnly() {
        LateRoutes routes = new LateRoutes();
        routes.answer.completeExceptionally(new IllegalStateException("thrown by the test"));

        new LocalRelay(routes, bus).committed(List.of(AA), wakeups);
        wakeups.flush();

        assertThat(bus.pushed).isEmpty();
    }
}
