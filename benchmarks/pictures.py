"""What pictures cost: drawing all of an edition, and an answer with one that is kept, without its upload."""

import resource
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from bot.answers.models import FoundChart
from bot.knowledge.loader import load_knowledge
from bot.pictures import Pictures
from bot.rendering.charts.drawing import draw_all
from bot.rendering.charts.pictures import all_pictures
from bot.rendering.components import Gallery, Reader
from bot.rendering.prepared import PreparedCards
from bot.workers import in_process
from tests.factories import REAL_PACK

ROUNDS = 200


async def measure() -> None:
    """Print seconds and memory of drawing, and the CPU of an answer's card with its picture."""
    knowledge = load_knowledge(REAL_PACK)
    pictures = dict(all_pictures(knowledge))
    with tempfile.TemporaryDirectory() as folder:
        kept = Pictures(Path(folder), lambda specs: in_process(draw_all, specs))
        started = time.perf_counter()
        await kept.prepare(list(pictures.values()))
        seconds = time.perf_counter() - started
        largest = max(len(kept.kept(picture) or b"") for picture in pictures.values())
        costs = []
        cards = PreparedCards()
        chart = knowledge.charts["largest-donors"]
        found = FoundChart(topic=knowledge.topics["aid"], chart=chart)
        reader = Reader(owner=1, private=False, today=date(2026, 11, 26))
        for _ in range(ROUNDS):
            began = time.process_time()
            png = kept.kept(pictures[chart.id]) or b""
            gallery = Gallery(png=png, alt=pictures[chart.id].alt)
            cards.figures_card(found, knowledge, reader, gallery=gallery).payload()
            gallery.file()
            costs.append(time.process_time() - began)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"all {len(pictures)} pictures drawn   {seconds:6.1f} s, {memory:.0f} MiB, the largest {largest:,} bytes")
    print(f"a card with a kept picture  {statistics.median(costs) * 1000:6.2f} ms of CPU, p50, its upload left out")
