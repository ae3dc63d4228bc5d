package im.relay.redis;

import static im.relay.Answers.await;
import static im.relay.PatientAwaits.PATIENCE;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.Answers;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.ConversationStore.Page;
import im.relay.CursorStore;
import im.relay.GroupStore.Mark;
import im.relay.GroupStore.Members;
import im.relay.GroupStore.Reached;
import im.relay.GroupStore.Standing;
import im.relay.ReadResult;
import im.router.redis.RedisConfig;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RedisAwayIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    @TempDir
    Path folder;

    private static <T> void failsWithATime(Consumer<Consumer<ReadResult<T>>> read) {
        ReadResult<T> result = await(read);
        assertThat(result).isInstanceOf(ReadResult.Failed.class);
        assertThat(((ReadResult.Failed<T>) result).retryAfterMs()).isPositive();
    }

    private static void groupsFail(HandRelay relay) {
        RedisAwayIT.<Page>failsWithATime(done -> relay.groups.page("g", "a", 0, 1, 1, Runnable::run, done));
        RedisAwayIT.<Page>failsWithATime(done -> relay.groups.pageBefore("g", "a", 9, 1, 1, Runnable::run, done));
        RedisAwayIT.<Standing>failsWithATime(done -> relay.groups.standing("g", "a", Runnable::run, done));
        RedisAwayIT.<List<Standing>>failsWithATime(
                done -> relay.groups.standings("g", List.of("a", "b"), Runnable::run, done));
        RedisAwayIT.<List<Standing>>failsWithATime(done -> relay.groups.groupsOf("a", Runnable::run, done));
        RedisAwayIT.<int[]>failsWithATime(done -> relay.groups.counts(List.of("a"), Runnable::run, done));
        RedisAwayIT.<List<Mark>>failsWithATime(done -> relay.groups.marks(List.of("g"), Runnable::run, done));
        RedisAwayIT.<Members>failsWithATime(done -> relay.groups.members("g", "", 9, Runnable::run, done));
        RedisAwayIT.<List<Reached>>failsWithATime(done -> relay.groups.reached("g", List.of("a"), Runnable::run, done));
        RedisAwayIT.<Comparison>failsWithATime(done -> relay.store.compare(
                new CompareRequest("a", "d", Map.of(), false, List.of(), true), Runnable::run, done));
    }

    /** Each read and each write ends while Redis is gone, and works again when it is back, empty. */
    @Test
    void everyReadFailsWithATimeToAskAgainAndEveryRaiseEndsWhileRedisIsAway() {
        try (RedisServer server = RedisServer.start(folder, ServerOptions.defaults());
                HandRelay relay = new HandRelay(
                        HandRelay.answering(
                                Duration.ofSeconds(20),
                                RedisConfig.single(server.address().host(), server.port())),
                        HandRelay.UNLIMITED)) {
            relay.start();
            relay.append(List.of(message("a", "b", 1, "1")), Runnable::run, done -> {});
            assertThat(Answers.page(relay.store, AB, 0).messages()).hasSize(1);

            server.kill();

            RedisAwayIT.<Page>failsWithATime(done -> relay.store.page(AB, 0, 1, 1, Runnable::run, done));
            RedisAwayIT.<Page>failsWithATime(done -> relay.store.pageBefore(AB, 9, 1, 1, Runnable::run, done));
            RedisAwayIT.<Long>failsWithATime(done -> relay.store.head(AB, Runnable::run, done));
            RedisAwayIT.<Comparison>failsWithATime(done ->
                    relay.store.compare(new CompareRequest("a", "d", Map.of(), false, List.of()), Runnable::run, done));
            RedisAwayIT.<long[]>failsWithATime(done -> relay.store.versions(List.of("a", "b"), Runnable::run, done));
            RedisAwayIT.<HeadsRead>failsWithATime(
                    done -> relay.store.heads(new HeadsRequest("a", "d", Long.MAX_VALUE, 10), Runnable::run, done));
            RedisAwayIT.<Boolean>failsWithATime(
                    done -> relay.cursors.open("a", "d", CursorStore.Start.FIRST_HELD, Runnable::run, done));
            groupsFail(relay);
            Answers.raise(relay.cursors, "a", "d", AB, 5);
            Answers.raiseRead(relay.cursors, "a", AB, 5);
            assertThat(HandRelay.future(relay.view.state(0))).failsWithin(PATIENCE);
            assertThat(HandRelay.future(relay.groupView.groups(0, Map.of("g", Set.of("a")))))
                    .failsWithin(PATIENCE);
            assertThat(HandRelay.future(relay.groupView.restore(0, 0, "one", true, List.of())))
                    .failsWithin(PATIENCE);
            assertThat(HandRelay.future(relay.index.marks(0))).failsWithin(PATIENCE);

            server.start();
            org.awaitility.Awaitility.await()
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(
                                    HandRelay.await(relay.view.state(0)).applied())
                            .isEqualTo(-1));
            RedisAwayIT.<Page>failsWithATime(done -> relay.store.page(AB, 0, 1, 1, Runnable::run, done));
        }
    }
}
