"""When the supervisor says where the service is."""

import socket

from plainview.app.supervisor import Answers


def test_an_address_is_told_once_the_page_answers() -> None:
    """While requests only queue up nothing is said; the first answer, even a refusal, counts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answers = Answers(listening.getsockname())
        answers.start()
        assert not answers.seen.wait(0.3)
        asker, _ = listening.accept()
        with asker:
            assert asker.recv(1000).startswith(b"GET / ")
            asker.sendall(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")
            assert answers.seen.wait(5)
    answers.join(5)
    assert not answers.is_alive()
