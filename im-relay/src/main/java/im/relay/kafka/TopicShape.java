package im.relay.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What a topic is made with, and what it must be when it is there already.
 *
 * @param exactly whether more partitions than that are wrong too
 */
record TopicShape(String name, int partitions, boolean exactly, int replication, Map<String, Rule> rules) {
    private static final long SEGMENT_MS = 24 * 3_600_000L;
    private static final long PUSH_RETENTION_MS = 600_000;
    /** Above a payload with all that stands around it. */
    private static final long OFFLINE_RECORD_BYTES = 128 << 10;

    /** What a setting is made as, what it must be, in words, and whether a value is that. */
    record Rule(String made, String expected, java.util.function.Predicate<String> holds) {
        static Rule equal(String value) {
            return new Rule(value, value, value::equals);
        }

        static Rule atLeast(long value) {
            return new Rule(Long.toString(value), value + " or more", v -> Long.parseLong(v) >= value);
        }

        static Rule atLeastOrForEver(long value) {
            return new Rule(
                    Long.toString(value),
                    value + " or more, or -1",
                    v -> Long.parseLong(v) >= value || Long.parseLong(v) == -1);
        }
    }

    static TopicShape messages(KafkaConfig config) {
        TopicSettings topics = config.topics();
        Map<String, Rule> rules = durable(topics);
        rules.put(TopicConfig.CLEANUP_POLICY_CONFIG, Rule.equal(TopicConfig.CLEANUP_POLICY_DELETE));
        rules.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Rule.atLeastOrForEver(config.logRetention().toMillis()));
        rules.put(TopicConfig.RETENTION_BYTES_CONFIG, Rule.equal("-1"));
        rules.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, Rule.equal("LogAppendTime"));
        rules.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Rule.atLeast(ClientSettings.MAX_REQUEST_BYTES));
        rules.put(TopicConfig.SEGMENT_MS_CONFIG, new Rule(Long.toString(SEGMENT_MS), "anything", v -> true));
        return new TopicShape(topics.messages(), topics.partitions(), true, topics.replication(), rules);
    }

    static TopicShape identity(KafkaConfig config) {
        TopicSettings topics = config.topics();
        Map<String, Rule> rules = durable(topics);
        rules.put(TopicConfig.CLEANUP_POLICY_CONFIG, Rule.equal(TopicConfig.CLEANUP_POLICY_COMPACT));
        return new TopicShape(topics.identity(), 1, true, topics.replication(), rules);
    }

    /** Each record is made once, so compaction only takes what was written again. */
    static TopicShape groups(KafkaConfig config) {
        TopicSettings topics = config.topics();
        Map<String, Rule> rules = durable(topics);
        rules.put(TopicConfig.CLEANUP_POLICY_CONFIG, Rule.equal(TopicConfig.CLEANUP_POLICY_COMPACT));
        return new TopicShape(topics.groups(), topics.partitions(), true, topics.replication(), rules);
    }

    static TopicShape push(KafkaConfig config) {
        TopicSettings topics = config.topics();
        Map<String, Rule> rules = new LinkedHashMap<>();
        rules.put(TopicConfig.CLEANUP_POLICY_CONFIG, Rule.equal(TopicConfig.CLEANUP_POLICY_DELETE));
        rules.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, Rule.equal("LogAppendTime"));
        rules.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Rule.atLeast(ClientSettings.MAX_REQUEST_BYTES));
        rules.put(TopicConfig.RETENTION_MS_CONFIG, new Rule(Long.toString(PUSH_RETENTION_MS), "anything", v -> true));
        rules.put(TopicConfig.SEGMENT_MS_CONFIG, new Rule(Long.toString(PUSH_RETENTION_MS), "anything", v -> true));
        rules.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, new Rule("1", "anything", v -> true));
        return new TopicShape(topics.push(), topics.pushPartitions(), false, topics.replication(), rules);
    }

    static TopicShape offline(KafkaConfig config) {
        TopicSettings topics = config.topics();
        Map<String, Rule> rules = durable(topics);
        rules.put(TopicConfig.CLEANUP_POLICY_CONFIG, Rule.equal(TopicConfig.CLEANUP_POLICY_DELETE));
        rules.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Rule.atLeast(OFFLINE_RECORD_BYTES));
        rules.put(TopicConfig.RETENTION_MS_CONFIG, new Rule(Long.toString(SEGMENT_MS), "anything", v -> true));
        return new TopicShape(topics.offline(), topics.partitions(), false, topics.replication(), rules);
    }

    private static Map<String, Rule> durable(TopicSettings topics) {
        Map<String, Rule> rules = new LinkedHashMap<>();
        rules.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Rule.atLeast(topics.minInsync()));
        rules.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, Rule.equal("false"));
        return rules;
    }

    NewTopic made() {
        Map<String, String> settings = new LinkedHashMap<>();
        rules.forEach((key, rule) -> settings.put(key, rule.made()));
        return new NewTopic(name, Optional.of(partitions), Optional.of((short) replication)).configs(settings);
    }
}
