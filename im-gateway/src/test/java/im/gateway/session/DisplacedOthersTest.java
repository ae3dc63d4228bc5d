package im.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.Routes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A displacement whose push was lost between nodes. */
class DisplacedOthersTest {
    private static final Route THERE = new Route(71, 11);
    private static final Route NEWER = new Route(71, 12);

    private final ManualLoop manual = new ManualLoop(250);
    private final List<Route> told = new ArrayList<>();
    private List<Route> routes = List.of(THERE, NEWER);

    private final class Directory implements RouteDirectory {
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
            return CompletableFuture.completedStage(Routes.of(routes));
        }
    }

    private void displaced(Route... others) {
        new DisplacedOthers(new Directory(), told::add, manual.loop, 1_000, "a", List.of(others)).lookAgain();
    }

    @Test
    void whoIsStillThereIsToldAgainAFewTimesAndNobodyElse() {
        displaced(THERE, new Route(Route.HERE, 13));

        manual.advance(1_000);
        assertThat(told).containsExactly(THERE);
        manual.advance(10_000);

        assertThat(told).hasSize(DisplacedOthers.TIMES).containsOnly(THERE);
    }

    @Test
    void whoIsGoneIsNotToldAgain() {
        displaced(THERE);
        routes = List.of(NEWER);

        manual.advance(10_000);

        assertThat(told).isEmpty();
    }
}
