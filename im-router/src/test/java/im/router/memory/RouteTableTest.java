package im.router.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private static final long SEED = 42;

    private final RouteTable table = new RouteTable(SEED);

    @Test
    void theTableGrowsWithItsRoutesAndShrinksWithThem() {
        for (int i = 0; i < 10_000; i++) {
            register("u" + i, i + 1);
        }
        int full = table.capacity();
        for (int i = 0; i < 10_000; i++) {
            assertThat(remove("u" + i, i + 1)).isTrue();
        }

        assertThat(full).isBetween(10_000 * 4 / 3, 10_000 * 3);
        assertThat(table.capacity()).isEqualTo(8);
        assertThat(table.size()).isZero();
    }

    @Test
    void comingAndGoingForeverDoesNotGrowTheTable() {
        for (int i = 0; i < 100; i++) {
            register("u" + i, i + 1);
        }
        int before = table.capacity();
        for (int i = 0; i < 100_000; i++) {
            register("v" + i, i + 1);
            remove("v" + i, i + 1);
        }

        assertThat(table.capacity()).isEqualTo(before);
    }

    @RepeatedTest(5)
    void aTableDoesWhatAMapDoes() {
        long seed = Long.getLong("im.test.seed", new Random().nextLong());
        System.out.println("RouteTableTest -Dim.test.seed=" + seed);
        Random random = new Random(seed);
        Map<String, Long> expected = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            int range = 1 + (i / 5_000 % 2 == 0 ? 2_000 : 30);
            String uid = "u" + random.nextInt(range);
            if (random.nextBoolean()) {
                register(uid, i + 1);
                expected.put(uid, i + 1L);
            } else {
                Long connection = expected.remove(uid);
                assertThat(remove(uid, connection == null ? 1 : connection)).isEqualTo(connection != null);
            }
            check(uid, expected);
        }
        assertThat(table.size()).isEqualTo(expected.size());
        expected.keySet().forEach(uid -> check(uid, expected));
    }

    private void check(String uid, Map<String, Long> expected) {
        long[] found = table.connectionsOf(UidHash.of(uid, SEED), uid);
        Long connection = expected.get(uid);
        assertThat(found).isEqualTo(connection == null ? new long[0] : new long[] {connection});
    }

    private void register(String uid, long connection) {
        table.register(UidHash.of(uid, SEED), uid, "d", 1, connection, 0);
    }

    private boolean remove(String uid, long connection) {
        return table.remove(UidHash.of(uid, SEED), uid, "d", connection);
    }
}
