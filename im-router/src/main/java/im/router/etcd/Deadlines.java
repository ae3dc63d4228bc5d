package im.router.etcd;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Gives every call an end, but for a watch, which has none: the library itself sets no deadline anywhere. */
record Deadlines(Supplier<Duration> timeout) implements ClientInterceptor {

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        boolean endless = "etcdserverpb.Watch".equals(method.getServiceName());
        return next.newCall(
                method,
                endless ? options : options.withDeadlineAfter(timeout.get().toNanos(), TimeUnit.NANOSECONDS));
    }
}
