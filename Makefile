# Duyệt Clip. `make` alone lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
# Two at a time: the smallest machine that this is made for has two cores.
PYTEST_ARGS ?= --numprocesses=2
# HOST, PORT and every other setting may stand in the environment or after `make run`.

.PHONY: help run demo test lint bench

help: ## this list / danh sách này
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

run: ## set up what is missing and serve http://127.0.0.1:8000 / cài phần thiếu và chạy
	@deploy/setup.sh
	@exec $(PY) -m deploy.launch run

demo: ## the same with a sample agency, apart from real work / chạy thử với dữ liệu mẫu
	@deploy/setup.sh
	@exec $(PY) -m deploy.launch demo

test: ## every test; PYTEST_ARGS chooses / chạy toàn bộ kiểm thử
	@deploy/setup.sh test
	@$(PY) -m pytest $(PYTEST_ARGS)

lint: ## ruff and mypy / kiểm tra mã nguồn
	@deploy/setup.sh test
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: ## measure against the figures in docs / đo tốc độ
	@deploy/setup.sh test
	@$(PY) tools/bench.py $(BENCH_ARGS)
