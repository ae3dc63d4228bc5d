package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RedisKeysTest {
    private final RedisKeys keys = new RedisKeys("im:");

    /** These numbers stand in every Redis that was ever written to: they must not change. */
    @Test
    void aUidStaysInItsBucket() {
        assertThat(RedisKeys.bucketOf("alice")).isEqualTo(60);
        assertThat(RedisKeys.bucketOf("bob")).isEqualTo(13);
        assertThat(RedisKeys.bucketOf("x".repeat(64))).isEqualTo(46);
    }

    @Test
    void everyBucketIsUsed() {
        assertThat(java.util.stream.IntStream.range(0, 2_000)
                        .map(i -> RedisKeys.bucketOf("u" + i))
                        .distinct()
                        .count())
                .isEqualTo(RedisKeys.BUCKETS);
    }

    @Test
    void whatBelongsTogetherHasOneHashTag() {
        int bucket = RedisKeys.bucketOf("alice");

        assertThat(text(keys.ofUid("alice", "routes"))).isEqualTo("im:{u" + bucket + "}:routes:alice");
        assertThat(text(keys.ofBucket(bucket, "marks"))).isEqualTo("im:{u" + bucket + "}:marks");
        assertThat(text(keys.ofPartition(7, "state"))).isEqualTo("im:{p7}:state");
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
