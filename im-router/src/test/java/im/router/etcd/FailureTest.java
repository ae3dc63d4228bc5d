package im.router.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.common.exception.EtcdExceptionFactory;
import io.grpc.Status;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureTest {
    @Test
    void aServerThatIsAwayIsUnreachableWhateverItsNameIs() {
        ConnectException refused = new ConnectException("Connection refused: auth-etcd/10.0.0.1:2379");
        Throwable thrown = Status.UNAVAILABLE
                .withDescription("io exception")
                .withCause(refused)
                .asRuntimeException();

        assertThat(Failure.of(new CompletionException(EtcdExceptionFactory.toEtcdException(thrown))))
                .isEqualTo(Failure.UNREACHABLE);
        assertThat(Failure.of(thrown)).isEqualTo(Failure.UNREACHABLE);
        assertThat(Failure.of(refused)).isEqualTo(Failure.UNREACHABLE);
        assertThat(Failure.of(new TimeoutException())).isEqualTo(Failure.UNREACHABLE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    NOT_FOUND | etcdserver: requested lease not found | NO_LEASE
                    UNKNOWN | lease not found | NO_LEASE
                    INVALID_ARGUMENT | etcdserver: authentication failed, invalid user ID or password | REFUSED
                    INVALID_ARGUMENT | etcdserver: user name is empty | REFUSED
                    FAILED_PRECONDITION | etcdserver: authentication is not enabled | REFUSED
                    UNAUTHENTICATED | etcdserver: invalid auth token | REFUSED
                    PERMISSION_DENIED | etcdserver: permission denied | REFUSED
                    UNKNOWN | auth: revision in header is old | REFUSED
                    UNAVAILABLE | etcdserver: no leader | UNREACHABLE
                    RESOURCE_EXHAUSTED | etcdserver: mvcc: database space exceeded | UNREACHABLE
                    OUT_OF_RANGE | etcdserver: mvcc: required revision has been compacted | OTHER
                    """)
    void whatEtcdSaysIsJudgedByItsCodeAndThenItsWords(Status.Code code, String words, Failure expected) {
        Throwable thrown = Status.fromCode(code).withDescription(words).asRuntimeException();

        assertThat(Failure.of(new CompletionException(EtcdExceptionFactory.toEtcdException(thrown))))
                .isEqualTo(expected);
    }
}
