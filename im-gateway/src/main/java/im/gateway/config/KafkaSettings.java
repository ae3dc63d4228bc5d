package im.gateway.config;

import im.gateway.config.InvalidSettings.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The message log and the push bus on Kafka.
 *
 * @param bootstrap brokers to begin with, HOST:PORT
 * @param topicNumber in the names of the log's topics
 * @param partitions of the message log
 * @param pushPartitions of the push bus, one for each gateway that can be alive
 * @param replication copies of each partition
 * @param minInsync copies that must have a message before it is accepted, at most {@code replication}
 * @param appendTimeout after which the outcome of an append is not known
 * @param timeout of any other request
 * @param propertiesFile more settings of the clients
 * @param offlineTopic what is told to those who wake phones
 */
public record KafkaSettings(
        List<String> bootstrap,
        int topicNumber,
        int partitions,
        int pushPartitions,
        int replication,
        int minInsync,
        Duration appendTimeout,
        Duration timeout,
        Optional<Path> propertiesFile,
        OfflineTopic offlineTopic) {

    public KafkaSettings {
        bootstrap = List.copyOf(bootstrap);
        ClusterKeys.KAFKA_BOOTSTRAP.require(bootstrap);
        ClusterKeys.KAFKA_TOPIC_NUMBER.require(topicNumber);
        ClusterKeys.KAFKA_PARTITIONS.require(partitions);
        ClusterKeys.KAFKA_PUSH_PARTITIONS.require(pushPartitions);
        ClusterKeys.KAFKA_REPLICATION.require(replication);
        ClusterKeys.KAFKA_MIN_INSYNC.require(minInsync);
        ClusterKeys.KAFKA_APPEND_TIMEOUT.require(appendTimeout);
        ClusterKeys.KAFKA_TIMEOUT.require(timeout);
        ClusterKeys.KAFKA_PROPERTIES.require(propertiesFile);
        ClusterKeys.OFFLINE_TOPIC.require(offlineTopic);
        if (minInsync > replication) {
            throw new InvalidSettings(List.of(Fault.of(
                    ClusterKeys.KAFKA_MIN_INSYNC,
                    minInsync,
                    "no more than " + ClusterKeys.KAFKA_REPLICATION.name() + ", which is " + replication)));
        }
    }
}
