package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.client.SendOutcome;
import im.testkit.checker.Verdict;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag(TestServer.CONFORMANCE)
class ExchangeIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private static final List<String> TEXTS = List.of("", "hello", "\uD83D\uDC4B", "你好，世界", "x".repeat(64 * 1024));

    @ParameterizedTest
    @EnumSource(Transport.class)
    void twoPeopleExchangeMessagesOfEverySizeOnAllTheirDevices(Transport transport) {
        String ann = TestServer.uid("ann");
        String bob = TestServer.uid("bob");
        try (Stage stage = transport.stage(SERVER.deployment(), Stage.chooseSeed())) {
            App annPhone = stage.app(ann, "phone", Start.NEW_FROM_FIRST_HELD).connect();
            stage.app(ann, "desk", Start.NEW_FROM_FIRST_HELD).connect();
            App bobPhone = stage.app(bob, "phone", Start.NEW_FROM_FIRST_HELD).connect();
            stage.awaitLive(stage.apps());

            List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
            for (String text : TEXTS) {
                outcomes.add(annPhone.send(bob, text));
                outcomes.add(bobPhone.send(ann, text));
            }
            outcomes.add(annPhone.send(bob, new byte[64 * 1024]));
            outcomes.add(annPhone.send(ann, "a note to myself"));
            Verdict verdict = stage.settle();

            assertThat(outcomes)
                    .allSatisfy(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Accepted.class));
            assertThat(verdict.clean()).as("%s", verdict).isTrue();
            long own = stage.history().events().stream()
                    .filter(event -> event instanceof CalledBack callback && callback.own())
                    .count();
            assertThat(verdict.counts().accepted()).isEqualTo(12);
            assertThat(verdict.counts().callbacks()).isEqualTo(3 * 11 + 2);
            assertThat(own).isEqualTo(2 * 6 + 5 + 2);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatWasSentToSomebodyWhoWasAwayComesWhenTheyConnect(Transport transport) {
        String ann = TestServer.uid("ann");
        String bob = TestServer.uid("bob");
        try (Stage stage = transport.stage(SERVER.deployment(), Stage.chooseSeed())) {
            App annPhone = stage.app(ann, "phone", Start.NEW_FROM_FIRST_HELD).connect();
            App bobPhone = stage.app(bob, "phone", Start.NEW_FROM_FIRST_HELD).connect();
            stage.awaitLive(stage.apps());
            bobPhone.disconnect();
            for (int i = 0; i < 300; i++) {
                annPhone.send(bob, "while you were away " + i);
            }
            Stage.await(() -> annPhone.client().unsettled() == 0, "all accepted");

            bobPhone.restart();
            Verdict verdict = stage.settle();

            assertThat(verdict.clean()).as("%s", verdict).isTrue();
            assertThat(verdict.counts().accepted()).isEqualTo(300);
            assertThat(verdict.counts().callbacks()).isGreaterThanOrEqualTo(600);
        }
    }
}
