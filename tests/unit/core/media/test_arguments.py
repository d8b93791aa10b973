"""ffmpeg's argument lists."""

from plainview.core.media.arguments import (
    hearing_args,
    loudness_args,
    picture_graph,
    poster_args,
    poster_size,
    thumb_size,
    transcode_args,
)
from plainview.core.media.loudness import Loudness
from plainview.core.media.plan import MediaLimits, Plan, make_plan
from tests.unit.core.media.samples import some_facts

LOUD = Loudness(integrated_lufs=-20.0, range_lu=5.0, true_peak_dbtp=-3.0, threshold_lufs=-30.0)


def planned(**changes: object) -> Plan:
    return make_plan(some_facts(**changes), MediaLimits())


def after(args: tuple[str, ...], flag: str) -> list[str]:
    """What follows each appearance of `flag`."""
    return [args[at + 1] for at, part in enumerate(args) if part == flag]


def test_every_list_opens_local_files_of_known_containers_only() -> None:
    """Protocols and containers are named before every stranger's file."""
    plan = planned()
    lists = (
        loudness_args(plan.facts, source="/in"),
        transcode_args(plan, plan.renditions[:1], source="/in", outputs=("/out",), loudness=LOUD),
        poster_args(plan, source="/in", jpegs="/j%d", thumbs="/t", hashes="/h"),
        hearing_args(rendition="/in", output="/out"),
    )
    for args in lists:
        at = args.index("/in")
        assert args[at - 1] == "-i"
        assert "file" in after(args[:at], "-protocol_whitelist")
        (formats,) = after(args[:at], "-format_whitelist")
        assert not {"hls", "concat", "image2", "tty", "lavfi", "dash"} & set(formats.split(","))


def test_smallest_rendition_by_hand() -> None:
    """The first run: one output, H.264 high, 2-s GOP, capped, sound evened, moov first."""
    plan = planned()
    args = transcode_args(
        plan, plan.renditions[:1], source="/in", outputs=("/work/360.mp4",), loudness=LOUD
    )
    (graph,) = after(args, "-filter_complex")
    assert graph == (
        "[0:0]fps=30/1,split=1[s0];[s0]scale=360:640:flags=bicubic:in_color_matrix=bt709"
        ":out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p[v0]"
    )
    assert after(args, "-c:v") == ["libx264"]
    assert after(args, "-profile:v") == ["high"]
    assert after(args, "-g") == after(args, "-keyint_min") == ["60"]
    assert after(args, "-maxrate") == ["700000"]
    assert after(args, "-map") == ["[v0]", "0:1"]
    assert after(args, "-b:a") == ["96000"]
    assert after(args, "-af")[0].startswith("loudnorm=I=-16.00")
    assert after(args, "-movflags") == ["+faststart"]
    assert after(args, "-map_metadata") == ["-1"]
    assert args[-1] == "/work/360.mp4"


def test_the_rest_share_one_decoding_and_lend_their_sound() -> None:
    """The second run has two outputs, and copies the sound of the first."""
    plan = planned()
    args = transcode_args(
        plan,
        plan.renditions[1:],
        source="/in",
        outputs=("/a", "/b"),
        loudness=LOUD,
        audio_from="/work/360.mp4",
    )
    assert after(args, "-i") == ["/in", "/work/360.mp4"]
    assert after(args, "-map") == ["[v0]", "1:a:0", "[v1]", "1:a:0"]
    assert after(args, "-c:a") == ["copy", "copy"]
    assert "-af" not in args
    assert after(args, "-preset") == ["faster", "veryfast"]
    assert after(args, "-y") == ["/a", "/b"]


def test_silent_source_has_no_sound_options() -> None:
    """Without sound nothing is mapped or copied, even when a rendition is there to lend."""
    plan = planned(has_audio=False, audio_index=-1)
    args = transcode_args(
        plan,
        plan.renditions[:1],
        source="/in",
        outputs=("/a",),
        loudness=None,
        audio_from="/work/360.mp4",
    )
    assert "-an" in args
    assert after(args, "-i") == ["/in"]
    assert "-c:a" not in args


def test_surround_sound_becomes_stereo_and_mono_stays() -> None:
    """Six channels become two, one stays one."""
    for channels, wanted in ((6, "2"), (1, "1"), (2, "2")):
        plan = planned(audio_channels=channels)
        args = transcode_args(
            plan, plan.renditions[:1], source="/in", outputs=("/a",), loudness=None
        )
        assert after(args, "-ac") == [wanted]


def test_unstated_matrix_is_guessed_by_size() -> None:
    """As players do: BT.709 from 720 lines up, BT.601 below."""
    large, small = (
        planned(color_matrix="unknown"),
        planned(color_matrix="unknown", width=640, height=480),
    )
    assert "in_color_matrix=bt709" in picture_graph(large, large.renditions)
    assert "in_color_matrix=bt601" in picture_graph(small, small.renditions)


def test_high_dynamic_range_is_mapped_once_at_the_largest_size() -> None:
    """Tone mapping happens before the branches part, after the picture was made small."""
    plan = planned(is_hdr=True, color_matrix="bt2020")
    graph = picture_graph(plan, plan.renditions)
    assert graph.count("tonemap=") == 1
    assert graph.index("zscale=w=720:h=1280") < graph.index("tonemap=") < graph.index("split=3")


def test_interlaced_pictures_are_woven_first() -> None:
    """Interlaced frames are deinterlaced before anything else sees them."""
    plan = planned(is_interlaced=True)
    assert picture_graph(plan, plan.renditions).startswith("[0:0]bwdif=")
    assert "bwdif" not in picture_graph(planned(), plan.renditions)


def test_poster_sizes() -> None:
    """A poster is the largest rendition up to 540; its thumbnail has a long edge of 32."""
    assert poster_size(planned()) == (540, 960)
    assert poster_size(planned(width=700, height=400)) == (630, 360)
    assert thumb_size(540, 960) == (18, 32)
    assert thumb_size(1920, 20) == (32, 1)


def test_a_rendition_is_heard_as_plain_samples() -> None:
    """The first minute of its sound: one channel of 16 bits at 8 kHz, without a header."""
    args = hearing_args(rendition="/work/360.mp4", output="/work/sound.s16")
    assert after(args, "-map") == ["0:a:0"]
    assert after(args, "-t") == ["60"]
    assert (after(args, "-ac"), after(args, "-ar")) == (["1"], ["8000"])
    assert after(args, "-f") == ["s16le"]
    assert args[-1] == "/work/sound.s16"
