package im.router.redis;

import java.nio.charset.StandardCharsets;

/**
 * Where things lie in Redis. What one script touches has one hash tag, so that it lies on one node of a cluster:
 *
 * <ul>
 *   <li>{@code im:{p<N>}:…} everything of partition N of the log;
 *   <li>{@code im:{u<B>}:…} everything of the uids whose bucket is B: indexes, cursors, routes;
 *   <li>{@code im:{g<B>}:…} which nodes hold members of the groups whose bucket is B;
 *   <li>{@code im:{nodes}:…} slots and leases.
 * </ul>
 *
 * @param prefix {@code im:} above; part of every key
 */
public record RedisKeys(String prefix) {
    /** Of uids, and of groups. Must not change for as long as a Redis lives. */
    public static final int BUCKETS = 64;

    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01B3L;

    /** FNV-1a over the id, folded: 0 to {@link #BUCKETS} - 1. */
    public static int bucketOf(String uid) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < uid.length(); i++) {
            hash = (hash ^ uid.charAt(i)) * FNV_PRIME;
        }
        return (int) ((hash ^ (hash >>> 32)) & (BUCKETS - 1));
    }

    /** @param name of what it holds, such as {@code state} or {@code c:} and a conversation */
    public byte[] ofPartition(int partition, String name) {
        return bytes(prefix + "{p" + partition + "}:" + name);
    }

    public byte[] ofBucket(int bucket, String name) {
        return bytes(prefix + "{u" + bucket + "}:" + name);
    }

    /** In the bucket of the uid: {@code im:{u<B>}:<name>:<uid>}. */
    public byte[] ofUid(String uid, String name) {
        return ofBucket(bucketOf(uid), name + ":" + uid);
    }

    /** In the bucket of the group: {@code im:{g<B>}:<name>:<group>}. */
    byte[] ofGroup(String group, String name) {
        return bytes(prefix + "{g" + bucketOf(group) + "}:" + name + ":" + group);
    }

    byte[] ofNodes(String name) {
        return bytes(prefix + "{nodes}:" + name);
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
