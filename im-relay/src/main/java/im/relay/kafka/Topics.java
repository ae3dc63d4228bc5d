package im.relay.kafka;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that are missing and checks those that are there. Any number of processes may do so at once: what one
 * of them made is there for the others. Blocks, for no longer than the time-out for the start.
 */
final class Topics {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    private final Admin admin;
    private final TopicSettings settings;
    private final StartCalls calls;

    Topics(Admin admin, TopicSettings settings, StartCalls calls) {
        this.admin = admin;
        this.settings = settings;
        this.calls = calls;
    }

    /**
     * @return the topics by name, all of them as they must be
     * @throws KafkaStartException when one is not
     */
    Map<String, TopicDescription> settle(List<TopicShape> shapes) {
        Map<String, TopicDescription> found = new LinkedHashMap<>();
        for (TopicShape shape : shapes) {
            TopicDescription topic = find(shape);
            check(shape, topic);
            found.put(shape.name(), topic);
        }
        checkSettings(shapes);
        return found;
    }

    private TopicDescription find(TopicShape shape) {
        boolean asked = false;
        while (true) {
            try {
                return calls.answer(() -> describe(admin, shape.name(), new DescribeTopicsOptions()));
            } catch (UnknownTopicOrPartitionException e) {
                if (!settings.create()) {
                    throw new KafkaStartException("topic " + shape.name() + " is missing, and is not to be made");
                }
                if (asked) {
                    calls.pause("topic " + shape.name() + " was made and is not seen");
                }
                make(shape);
                asked = true;
            }
        }
    }

    private void make(TopicShape shape) {
        try {
            calls.answer(() -> admin.createTopics(List.of(shape.made())).all());
            LOG.atInfo()
                    .addKeyValue("topic", shape.name())
                    .addKeyValue("partitions", shape.partitions())
                    .addKeyValue("replication", shape.replication())
                    .log("topic made");
        } catch (TopicExistsException e) {
            LOG.atDebug().addKeyValue("topic", shape.name()).log("another process made the topic");
        } catch (InvalidReplicationFactorException e) {
            throw new KafkaStartException(
                    "topic " + shape.name() + ": replication is to be " + shape.replication() + ": " + e.getMessage());
        }
    }

    private static void check(TopicShape shape, TopicDescription topic) {
        int partitions = topic.partitions().size();
        if (shape.exactly() ? partitions != shape.partitions() : partitions < shape.partitions()) {
            throw new KafkaStartException("topic " + shape.name() + ": partitions is " + partitions + ", expected "
                    + shape.partitions() + (shape.exactly() ? "" : " or more"));
        }
        for (TopicPartitionInfo partition : topic.partitions()) {
            if (partition.replicas().size() < shape.replication()) {
                throw new KafkaStartException("topic " + shape.name() + ": replication of partition "
                        + partition.partition() + " is " + partition.replicas().size() + ", expected "
                        + shape.replication() + " or more");
            }
        }
    }

    private void checkSettings(List<TopicShape> shapes) {
        List<ConfigResource> asked = shapes.stream()
                .map(shape -> new ConfigResource(ConfigResource.Type.TOPIC, shape.name()))
                .toList();
        Map<ConfigResource, Config> found;
        try {
            found = calls.answer(() -> admin.describeConfigs(asked).all());
        } catch (UnknownTopicOrPartitionException e) {
            throw new KafkaStartException("a topic went while it was looked at: " + e.getMessage(), e);
        }
        List<String> wrong = new ArrayList<>();
        for (TopicShape shape : shapes) {
            Config of = found.get(new ConfigResource(ConfigResource.Type.TOPIC, shape.name()));
            if (of != null) {
                checkSettings(shape, of, wrong);
            }
        }
        if (!wrong.isEmpty()) {
            throw new KafkaStartException(String.join("; ", wrong));
        }
    }

    private static void checkSettings(TopicShape shape, Config settings, List<String> wrong) {
        shape.rules().forEach((key, rule) -> {
            ConfigEntry entry = settings.get(key);
            if (entry != null && !rule.holds().test(entry.value())) {
                wrong.add("topic " + shape.name() + ": " + key + " is " + entry.value() + ", expected "
                        + rule.expected());
            }
        });
    }

    static KafkaFuture<TopicDescription> describe(Admin admin, String topic, DescribeTopicsOptions options) {
        return admin.describeTopics(List.of(topic), options)
                .allTopicNames()
                .thenApply(found -> Objects.requireNonNull(found.get(topic)));
    }
}
