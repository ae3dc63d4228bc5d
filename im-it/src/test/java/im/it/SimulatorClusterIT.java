package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.testkit.server.ClusterProcess;
import im.testkit.server.JavaRun.Ended;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The simulator's verdict on groups whose members are at several gateways. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class SimulatorClusterIT {
    @TempDir
    Path folder;

    @Test
    void everyMemberOfAGroupHasEveryMessageOnceAndInTheSameOrderWhicheverGatewayItIsAt() throws Exception {
        ClusterProcess cluster = ClusterProcess.shared();
        Files.copy(cluster.key(), folder.resolve("token.key"));
        String gateways = cluster.endpoints().stream().map(URI::toString).collect(Collectors.joining(","));

        Ended run = new Commands(folder)
                .run(("simulate group --connections 20 --devices 2 --groups 2 --senders 4 --rate 40 --duration 4s"
                                + " --churn 10% --comebacks 20% --json - --url " + gateways)
                        .split(" "));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).endsWith("PASSED\n");
    }
}
