package im.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

final class ClientSession {
    ClientSession(
            ClientConfig config,
            ImClientResources resources,
            boolean ownResources,
            Executor callbacks,
            MessageListener messages,
            ConnectionStateListener states) {}

    CompletableFuture<Void> connect() {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Void> disconnect() {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<SendOutcome> send(OutgoingMessage m) {
        throw new UnsupportedOperationException();
    }

    String uid() {
        throw new UnsupportedOperationException();
    }

    String device() {
        throw new UnsupportedOperationException();
    }

    ConnectionState state() {
        throw new UnsupportedOperationException();
    }

    ClientMetrics stats() {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Void> shutdown() {
        throw new UnsupportedOperationException();
    }

    void close() {
        throw new UnsupportedOperationException();
    }
}
