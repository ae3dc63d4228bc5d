package im.simulator.chat;

import static org.assertj.core.api.Assertions.assertThat;

import im.client.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class ScriptTest {
    private static ChatPlan plan(int connections, int devices, long seed) {
        return plan(connections, devices, seed, GroupShape.NONE);
    }

    private static ChatPlan plan(int connections, int devices, long seed, GroupShape groups) {
        return new ChatPlan(
                connections,
                devices,
                WireFormat.PROTO,
                2_000,
                Duration.ofSeconds(10),
                0.1,
                0,
                groups,
                OptionalInt.empty(),
                1,
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                seed);
    }

    private static List<String> scriptOf(ChatPlan plan) {
        Population population = Population.of(plan);
        Script script = new Script(plan, population, 4_096);
        List<String> sends = new ArrayList<>();
        while (script.next()) {
            int sender = population.roster().deviceAt(script.conversation(), script.senderSlot());
            sends.add(script.offsetNanos() + " " + sender + " "
                    + population.roster().peerOf(script.conversation(), sender) + " " + script.payload());
        }
        return sends;
    }

    @Test
    void theSameSeedGivesTheSameScript() {
        assertThat(scriptOf(plan(100, 2, 5))).isEqualTo(scriptOf(plan(100, 2, 5)));
    }

    @Test
    void anotherSeedGivesAnotherScript() {
        assertThat(scriptOf(plan(100, 2, 5))).isNotEqualTo(scriptOf(plan(100, 2, 6)));
    }

    @Test
    void theNumberOfSendsIsRateTimesDurationToWithinItsSpread() {
        assertThat(scriptOf(plan(100, 1, 5)).size()).isBetween(20_000 - 700, 20_000 + 700);
    }

    @Test
    void everyConnectionIsOneDeviceAndTheLastUserMayHaveFewer() {
        Population population = Population.of(plan(101, 3, 5));

        assertThat(population.roster().devices()).isEqualTo(101);
        assertThat(population.roster().users()).isEqualTo(34);
    }

    @Test
    void twoConnectionsAreOneConversationAlsoWhenTheyAreOneUsers() {
        assertThat(Population.of(plan(2, 1, 5)).roster().conversations()).isEqualTo(1);
        assertThat(Population.of(plan(2, 2, 5)).roster().conversations()).isEqualTo(1);
        assertThat(scriptOf(plan(2, 2, 5))).isNotEmpty();
    }

    @Test
    void ofAGroupOnlyItsSendersSendAndAllUsersMayBeMembers() {
        Population population = Population.of(plan(100, 1, 5, new GroupShape(3, 40, 7, 1)));
        Script script = new Script(plan(100, 1, 5), population, 4_096);

        assertThat(population.roster().directConversations()).isZero();
        assertThat(population.groups()).isEqualTo(3);
        for (int group = 0; group < 3; group++) {
            assertThat(population.usersOf(group)).hasSize(40).doesNotHaveDuplicates();
            assertThat(population.roster().senderSlots(population.conversationOf(group)))
                    .isEqualTo(7);
        }
        while (script.next()) {
            assertThat(script.senderSlot()).isLessThan(7);
        }
    }

    @Test
    void aShareOfAMixedRunGoesIntoGroups() {
        Population population = Population.of(plan(100, 1, 5, new GroupShape(2, 100, 100, 0.25)));
        Script script = new Script(plan(100, 1, 5), population, 4_096);
        int sent = 0;
        int inGroups = 0;
        while (script.next()) {
            sent++;
            inGroups += population.roster().isGroup(script.conversation()) ? 1 : 0;
        }

        assertThat(inGroups / (double) sent).isBetween(0.23, 0.27);
    }
}
