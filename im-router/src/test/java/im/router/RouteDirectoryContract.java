package im.router;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.Registration.Older;
import im.router.Registration.Registered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link RouteDirectory} keeps. */
public abstract class RouteDirectoryContract {

    protected abstract RouteDirectory routes();

    @Test
    void aUidThatNeverConnectedHasNoConnections() {
        assertThat(connectionsOf("a")).isEmpty();
    }

    @Test
    void allDevicesOfAUidAreFoundAndNobodyElses() {
        register("a", "phone", 1, 11);
        register("a", "desk", 1, 12);
        register("aa", "phone", 1, 13);
        register("b", "a", 1, 14);

        assertThat(connectionsOf("a")).containsExactlyInAnyOrder(11, 12);
        assertThat(connectionsOf("aa")).containsExactly(13);
        assertThat(connectionsOf("A")).isEmpty();
    }

    @Test
    void aFirstRegistrationDisplacesNothing() {
        assertThat(register("a", "d", 5, 11)).isEqualTo(new Registered(null));
    }

    @Test
    void aLargerOrEqualAttemptDisplacesTheRoute() {
        register("a", "d", 5, 11);

        assertThat(register("a", "d", 6, 12)).isEqualTo(new Registered(new Route(Route.HERE, 11)));
        assertThat(register("a", "d", 6, 13)).isEqualTo(new Registered(new Route(Route.HERE, 12)));
        assertThat(connectionsOf("a")).containsExactly(13);
    }

    @Test
    void aSmallerAttemptIsRefusedAndToldTheLarger() {
        register("a", "d", 5, 11);

        assertThat(register("a", "d", 4, 12)).isEqualTo(new Older(5));
        assertThat(connectionsOf("a")).containsExactly(11);
    }

    @Test
    void ofAGroupTheOthersThatAreThereAreToldAndStayUntilTheyAreRemoved() {
        register("a", "phone", 1, 11, 7);
        register("a", "tablet", 1, 12, 8);
        register("a", "desk", 1, 13);
        register("b", "phone", 1, 14, 7);

        Registration registration = register("a", "watch", 1, 15, 7);

        assertThat(registration).isEqualTo(new Registered(null, List.of(new Route(Route.HERE, 11))));
        assertThat(connectionsOf("a")).containsExactlyInAnyOrder(11, 12, 13, 15);
        assertThat(remove("a", "phone", 11)).isTrue();
        assertThat(connectionsOf("a")).containsExactlyInAnyOrder(12, 13, 15);
    }

    @Test
    void aDeviceThatComesBackIsToldTheOthersOfItsGroupAndItsOwnOldConnection() {
        register("a", "phone", 1, 11, 1);
        register("a", "desk", 1, 12, 1);

        assertThat(register("a", "phone", 2, 13, 1))
                .isEqualTo(new Registered(new Route(Route.HERE, 11), List.of(new Route(Route.HERE, 12))));
    }

    @Test
    void anOlderAttemptDisplacesNobodyOfItsGroup() {
        register("a", "phone", 5, 11, 1);
        register("a", "desk", 1, 12, 1);

        assertThat(register("a", "phone", 4, 13, 1)).isEqualTo(new Older(5));
    }

    @Test
    void ofManyThatComeAtOnceEachIsToldThoseBeforeItAndTheLastOneAllOthers() {
        List<CompletionStage<Registration>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(routes().register("a", "d" + i, 1, 11 + i, 1));
        }

        List<Integer> told = new ArrayList<>();
        for (CompletionStage<Registration> one : all) {
            told.add(await(one) instanceof Registered done ? done.others().size() : -1);
        }

        assertThat(told).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void aLateGoodbyeDoesNotRemoveTheNewRoute() {
        register("a", "d", 5, 11);
        register("a", "d", 6, 12);

        assertThat(remove("a", "d", 11)).isFalse();
        assertThat(connectionsOf("a")).containsExactly(12);
    }

    @Test
    void aRemovedRouteIsGoneAndTheDeviceMayComeBackWithAnyAttempt() {
        register("a", "d", 5, 11);
        register("a", "e", 5, 12);

        assertThat(remove("a", "d", 11)).isTrue();
        assertThat(remove("a", "d", 11)).isFalse();
        assertThat(connectionsOf("a")).containsExactly(12);
        assertThat(register("a", "d", 1, 13)).isEqualTo(new Registered(null));
    }

    @Test
    void theLongestIdsAreKeptApart() {
        String longest = "x".repeat(64);
        register(longest, longest, 1, 11);
        register(longest, "x".repeat(63), 1, 12);
        register("x".repeat(63), longest, 1, 13);

        assertThat(connectionsOf(longest)).containsExactlyInAnyOrder(11, 12);
        assertThat(connectionsOf("x".repeat(63))).containsExactly(13);
    }

    @Test
    void manyUidsAreReadInOneGoAndThoseWithNobodyThereAreLeftOut() {
        register("a", "d", 1, 11);
        register("a", "e", 1, 12);
        register("b", "d", 1, 13);

        Map<String, Routes> found = await(routes().routesOf(List.of("a", "b", "c")));

        assertThat(found).containsOnlyKeys("a", "b");
        assertThat(found.getOrDefault("a", Routes.NONE).here()).containsExactlyInAnyOrder(11, 12);
        assertThat(found.getOrDefault("b", Routes.NONE).here()).containsExactly(13);
        assertThat(await(routes().routesOf(List.of()))).isEmpty();
    }

    @Test
    void whatIsAsItWasRegisteredNeedsNoMending() {
        register("a", "d", 1, 11);
        register("a", "d", 2, 12);
        register("b", "d", 1, 13);
        remove("b", "d", 13);

        RouteDirectory.Mended mended = await(routes().mend());

        assertThat(mended.written()).isZero();
        assertThat(mended.displaced()).isZero();
        assertThat(connectionsOf("a")).containsExactly(12);
        assertThat(connectionsOf("b")).isEmpty();
    }

    protected final Registration register(String uid, String device, long attempt, long connection) {
        return await(routes().register(uid, device, attempt, connection));
    }

    protected final Registration register(String uid, String device, long attempt, long connection, int group) {
        return await(routes().register(uid, device, attempt, connection, group));
    }

    protected final boolean remove(String uid, String device, long connection) {
        return await(routes().remove(uid, device, connection));
    }

    protected final long[] connectionsOf(String uid) {
        return await(routes().routesOf(uid)).here();
    }

    protected static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
