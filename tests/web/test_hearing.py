"""The button that has a clip heard again, at its page."""

from __future__ import annotations

from review.operations import processing, work
from review.queries.rehearing import last_wish
from tests.web.site import Site
from tests.workers.conftest import Workshop


def test_a_clip_is_heard_again_from_its_page(site: Site) -> None:
    """The form offers the models of the settings and the languages that a machine knows; what is
    refused is said at the page; once asked for, the form is away until the answer is there."""
    shop = Workshop(site.world)
    shop.probed()
    shop.rendered()
    shop.heard()
    page, path = f"/clips/{shop.clip.code}", f"/clips/{shop.clip.code}/hear-again"
    reporter = site.log_in("phongvien")
    form = reporter.get(page).text
    model = next(iter(site.app.extensions["duyetclip"].settings.speech_models))
    assert f'<option value="{model}"' in form
    assert '<option value="vi" selected' in form
    assert 'value="tay"' not in form
    refused = reporter.post(path, {"model": "/etc/passwd", "language": "vi"})
    assert (refused.status_code, "Hãy chọn trong danh sách" in refused.text) == (422, True)
    assert reporter.post(path, {"model": model, "language": "en"}).status_code == 303
    waiting = reporter.get(page).text
    assert "tiếng Anh" in waiting
    assert path not in waiting
    lease = shop.lease("transcribe")
    processing.record_no_transcript(site.world.db, lease, "speech_model_missing", {"model": model})
    failed = reporter.get(page).text
    assert "chọn mô hình khác" in failed
    assert path in failed
    with site.world.db.read() as session:
        assert last_wish(session, shop.revision_id) is not None
    assert shop.row(lease.work_id).state == work.FAILED
