package im.relay.kafka;

/**
 * What the topics must be.
 *
 * @param number N of im-messages-N, im-log-N and im-groups-N, 1 to 9 999
 * @param prefix before every topic's name and the group's; empty but where several clusters share brokers
 * @param partitions of the log, and of the log of groups, 1 to 1 024; fixed once the topic is made (D9)
 * @param pushPartitions one for each gateway that can be alive
 * @param replication copies of each partition
 * @param minInsync copies that must have a message before it is accepted, at most {@code replication}
 * @param create whether missing topics are made; else they are an error
 */
public record TopicSettings(
        int number, String prefix, int partitions, int pushPartitions, int replication, int minInsync, boolean create) {
    public static final TopicSettings DEFAULT = new TopicSettings(1, "", 16, 64, 3, 2, true);

    public TopicSettings {
        if (!prefix.matches("[A-Za-z0-9._-]{0,100}")) {
            throw new IllegalArgumentException("topics.prefix=" + prefix + ", expected letters, digits, . _ -");
        }
        KafkaConfig.require("topics.number", number, 1, 9_999);
        KafkaConfig.require("topics.partitions", partitions, 1, 1_024);
        KafkaConfig.require("topics.pushPartitions", pushPartitions, 1, 65_536);
        KafkaConfig.require("topics.replication", replication, 1, 100);
        KafkaConfig.require("topics.minInsync", minInsync, 1, replication);
    }

    public TopicSettings withNames(int changedNumber, String changedPrefix) {
        return new TopicSettings(
                changedNumber, changedPrefix, partitions, pushPartitions, replication, minInsync, create);
    }

    public TopicSettings withPartitions(int log, int push) {
        return new TopicSettings(number, prefix, log, push, replication, minInsync, create);
    }

    public TopicSettings withReplication(int copies, int insync) {
        return new TopicSettings(number, prefix, partitions, pushPartitions, copies, insync, create);
    }

    public TopicSettings withCreate(boolean missing) {
        return new TopicSettings(number, prefix, partitions, pushPartitions, replication, minInsync, missing);
    }

    /** The log itself. */
    public String messages() {
        return prefix + "im-messages-" + number;
    }

    /** What the log is: its id and its epochs. */
    public String identity() {
        return prefix + "im-log-" + number;
    }

    /** What became of groups, for ever. */
    public String groups() {
        return prefix + "im-groups-" + number;
    }

    public String push() {
        return prefix + "im-push";
    }

    /** For those who wake phones. */
    public String offline() {
        return prefix + "im-offline-" + number;
    }

    /** Of the relays. */
    public String group() {
        return prefix + "im-relay-" + number;
    }
}
