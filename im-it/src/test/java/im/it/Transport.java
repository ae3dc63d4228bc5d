package im.it;

import im.client.WireFormat;
import im.testkit.load.Stage;
import im.testkit.server.Deployment;
import im.testkit.server.Entrance;
import java.net.URI;

/** What a client connects over, and how it writes its frames. */
enum Transport {
    WS(true, WireFormat.PROTO),
    JSON(true, WireFormat.JSON),
    TCP(false, WireFormat.PROTO),
    POLL(false, WireFormat.PROTO),
    POLL_JSON(false, WireFormat.JSON);

    final boolean webSocket;
    final WireFormat wire;

    Transport(boolean webSocket, WireFormat wire) {
        this.webSocket = webSocket;
        this.wire = wire;
    }

    private boolean polls() {
        return this == POLL || this == POLL_JSON;
    }

    URI of(Entrance entrance) {
        return of(entrance.ws(), entrance.tcp());
    }

    URI of(Deployment deployment) {
        return polls() ? Stage.polls(deployment.entrances().get(0).ws()) : of(deployment.ws(), deployment.tcp());
    }

    private URI of(URI ws, URI tcp) {
        return polls() ? Stage.polls(ws) : webSocket ? ws : tcp;
    }

    /** Apps that connect over this. */
    Stage stage(Deployment deployment, long seed) {
        Stage stage = new Stage(deployment, webSocket, seed).speaking(wire);
        return polls() ? stage.polling() : stage;
    }
}
