package im.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * One sending client under random schedules: appends that are answered late, fail in the middle of a batch, or land
 * although nobody knows; sends the application gives up; reconnects. The log's order of each conversation must be the
 * sender's, each message in it once, and every send must settle.
 *
 * <p>{@code -Dim.test.schedules=N} runs more of them; a failure names its seed.
 */
class SenderScheduleTest {
    private static final int SCHEDULES = Integer.getInteger("im.test.schedules", 1_000);

    private static final class World {
        final Random random;
        final SessionFixture fixture;
        final ModelSender client = new ModelSender();
        final Map<String, List<Long>> landed = new HashMap<>();
        WireConnection connection;

        World(long seed) {
            random = new Random(seed);
            fixture = new SessionFixture(128 * 1024, 3 + random.nextInt(10));
            connection = fixture.welcomed();
        }

        void connect() {
            if (random.nextBoolean()) {
                connection.close(im.protocol.CloseReason.PEER, "");
            }
            connection = fixture.welcomed();
            client.connected();
        }

        void step() {
            String peer = ModelSender.PEERS.get(random.nextInt(3));
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> client.send(peer);
                case 3, 4, 5, 6 -> transfer();
                case 7, 8 -> answerAppend();
                case 9 -> connection.flush(1 + random.nextInt(3));
                case 10, 11, 12 -> read();
                case 13 -> fixture.answer();
                default -> rare(peer);
            }
            fixture.manual.run();
        }

        private void rare(String peer) {
            switch (random.nextInt(8)) {
                case 0 -> connect();
                case 1, 2 -> client.giveUp(peer);
                case 3 -> tick();
                default -> client.send(peer);
            }
        }

        private void transfer() {
            Frame frame = client.sent.poll();
            if (frame != null) {
                connection.receive(frame);
            }
        }

        private void read() {
            Frame frame = connection.arrived.poll();
            if (frame != null) {
                client.read(frame);
            }
        }

        private void tick() {
            connection.receive(ClientFrames.ping());
            connection.flush(1);
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);
        }

        private void answerAppend() {
            if (fixture.log.unanswered() > 0) {
                switch (random.nextInt(5)) {
                    case 0 -> failInside(fixture.log.oldest());
                    case 1 -> nobodyKnows(fixture.log.oldest());
                    default -> acceptAppend();
                }
            }
        }

        private void acceptAppend() {
            fixture.log.oldest().forEach(this::land);
            fixture.log.accept();
        }

        private void failInside(List<AppendRequest> batch) {
            int failing = random.nextInt(batch.size());
            List<AppendOutcome> outcomes = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                if (i < failing) {
                    land(batch.get(i));
                    outcomes.add(ScriptedLog.ACCEPTED);
                } else {
                    outcomes.add(ScriptedLog.refused(i == failing ? Code.UNAVAILABLE : Code.OUT_OF_ORDER));
                }
            }
            fixture.log.answer(outcomes);
        }

        private void nobodyKnows(List<AppendRequest> batch) {
            batch.subList(0, random.nextInt(batch.size() + 1)).forEach(this::land);
            fixture.log.answer(batch.stream().map(r -> ScriptedLog.UNKNOWN).toList());
        }

        /** As a log does that recognizes retries for ever. */
        private void land(AppendRequest request) {
            List<Long> log = landed.computeIfAbsent(request.conversation().text(), c -> new ArrayList<>());
            long message = request.messageId().low() & 0xffff_ffffL;
            if (!log.contains(message)) {
                log.add(message);
                assertThat(log).as("order of %s", request.conversation()).isSorted();
            }
        }

        void settle() {
            for (int i = 0; i < 200 && !(client.isSettled() && fixture.metrics.active() == 0); i++) {
                while (!client.sent.isEmpty()) {
                    transfer();
                }
                while (fixture.log.unanswered() > 0) {
                    acceptAppend();
                    fixture.manual.run();
                }
                fixture.answer();
                tick();
                connection.flush(Integer.MAX_VALUE);
                while (!connection.arrived.isEmpty()) {
                    read();
                }
            }
        }
    }

    @Test
    void anyScheduleKeepsTheSendersOrderAndSettlesEverySend() {
        long first = Long.getLong("im.test.seed", 1);
        for (long seed = first; seed < first + SCHEDULES; seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        try {
            World world = new World(seed);
            int steps = 50 + world.random.nextInt(400);
            for (int i = 0; i < steps; i++) {
                world.step();
                assertThat(world.connection.closed).as("closed by the server").isNull();
            }
            world.settle();
            assertThat(world.client.isSettled()).as("every send settled").isTrue();
            assertThat(world.landed.values().stream().flatMap(List::stream)).containsAll(world.client.accepted);
            assertThat(world.fixture.metrics.unanswered()).as("unanswered").isZero();
            assertThat(world.fixture.metrics.active())
                    .as("active sessions: %s", world.connection.listener)
                    .isZero();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dim.test.seed=" + seed + " -Dim.test.schedules=1", e);
        }
    }
}
