package im.relay.kafka;

import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of Kafka's two group protocols a member speaks. The newer one rebalances faster, but there it is the brokers'
 * setting that says when a silent member has lost its partitions, 45 s unless changed: it is taken only where that is no
 * longer than what is configured here. Members of both kinds get on in one group.
 */
final class GroupProtocol {
    private static final Logger LOG = LoggerFactory.getLogger(GroupProtocol.class);
    private static final String FEATURE = "group.version";
    private static final String SESSION = "group.consumer.session.timeout.ms";

    private GroupProtocol() {}

    /** Blocks for a bounded time; the older one where brokers do not say. */
    static boolean isNew(KafkaConfig config, Admin admin) {
        try {
            FinalizedVersionRange version = KafkaAnswers.await(
                            admin.describeFeatures().featureMetadata(), config)
                    .finalizedFeatures()
                    .get(FEATURE);
            boolean isNew = version != null
                    && version.maxVersionLevel() >= 1
                    && sessionMs(config, admin) <= config.timeouts().session().toMillis();
            LOG.atInfo().addKeyValue("protocol", isNew ? "consumer" : "classic").log("joining the group");
            return isNew;
        } catch (KafkaException e) {
            LOG.atInfo().addKeyValue("why", e.toString()).log("joining the group by the classic protocol");
            return false;
        }
    }

    private static long sessionMs(KafkaConfig config, Admin admin) {
        Node broker = KafkaAnswers.await(admin.describeCluster().nodes(), config)
                .iterator()
                .next();
        ConfigResource asked = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
        Config settings = KafkaAnswers.await(
                        admin.describeConfigs(List.of(asked)).all(), config)
                .get(asked);
        ConfigEntry session = settings == null ? null : settings.get(SESSION);
        return session == null ? Long.MAX_VALUE : Long.parseLong(session.value());
    }
}
