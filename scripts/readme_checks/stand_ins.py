"""Makes a folder that looks like a checkout, with stand-ins for what a reader of the documentation brings."""

import json
import os
import shutil
import subprocess
import tarfile
import zipfile

# A training set of the sample drawings. Every word occurs at least five times, the default of --min-count.
CAPTIONS = {
    "dog-on-grass.jpg": "a dog on the grass",
    "person-on-beach.jpg": "a person on the beach",
    "red-car.jpg": "a car on the road",
    "house.png": "a house on the grass",
    "football-turned.jpg": "a ball on the grass",
    "mountain-lake.webp": "a lake in the mountains",
    "sailing-boat.webp": "a boat on the lake",
}


def make(root, folder, commands):
    """Fills the folder with what the commands need, and returns the environment to run them in."""
    samples = os.path.join(root, "datasets/samples")
    os.makedirs(folder)
    checkout(root, folder)
    pictures(samples, folder)
    archives(folder)
    training_sets(samples, folder)
    scored_captions(folder)
    programs(folder)
    drop = {"CUTLINE", "XDG_CACHE_HOME", "XDG_DATA_HOME"}
    environment = {
        name: value for name, value in os.environ.items() if name not in drop and not name.startswith("CUTLINE_")
    }
    environment["HOME"] = os.path.join(folder, "home")
    environment["PATH"] = f"{folder}/bin:{environment['PATH']}"
    earlier_results(folder, environment, " ".join(command.text for command in commands))
    return environment


def checkout(root, folder):
    """Links to the checkout's files. Commands write to models/, data/ and runs/."""
    program = os.environ.get("CUTLINE")
    os.makedirs(f"{folder}/home")
    for name in ("scripts", "models"):
        os.makedirs(f"{folder}/{name}")
        for entry in os.listdir(f"{root}/{name}"):
            if not (program and entry == "cutline"):
                os.symlink(f"{root}/{name}/{entry}", f"{folder}/{name}/{entry}")
    os.symlink(f"{root}/datasets", f"{folder}/datasets")
    if program:
        script(f"{folder}/scripts/cutline", f'exec "{os.path.abspath(program)}" "$@"')


def pictures(samples, folder):
    shutil.copy(f"{samples}/red-car.jpg", f"{folder}/photo.jpg")
    shutil.copy(f"{samples}/dog-on-grass.jpg", f"{folder}/dog.jpg")
    shutil.copy(f"{samples}/house.png", f"{folder}/cat.png")
    # Encoder weights: those in the default model have torchvision's names behind a prefix.
    os.symlink(f"{folder}/models/default/model.safetensors", f"{folder}/weights.pth")
    clip(f"{folder}/clip.mp4", seconds=130)
    for name in ("photos/2023", "photos/2024", "clips", "scans/box", "shards"):
        os.makedirs(f"{folder}/{name}")
    for number in range(20):
        shutil.copy(f"{samples}/football-turned.jpg", f"{folder}/photos/{2023 + number % 2}/{number:02}.jpg")
    for name in ("a", "b"):
        clip(f"{folder}/clips/{name}.mp4", seconds=8)
    shutil.copy(f"{samples}/house.png", f"{folder}/scans/box/page.png")
    os.symlink(f"{folder}/photos/2023", f"{folder}/pictures")


def archives(folder):
    for name, mode in (("train-000.tar", "w"), ("train-001.tar", "w"), ("train-000.tar.gz", "w:gz")):
        with tarfile.open(f"{folder}/shards/{name}", mode) as archive:
            for number in range(10):
                archive.add(f"{folder}/photos/2023/00.jpg", f"{number:03}.jpg")
    with zipfile.ZipFile(f"{folder}/scans.zip", "w") as archive:
        archive.write(f"{folder}/scans/box/page.png", "page.png")


def training_sets(samples, folder):
    """DATASET, a folder of pictures with captions; data/flickr8k, the same; and data/msvd, clips in MSVD's form."""
    os.makedirs(f"{folder}/DATASET")
    os.makedirs(f"{folder}/data")
    os.symlink(f"{folder}/DATASET", f"{folder}/data/flickr8k")
    with open(f"{folder}/DATASET/train.tsv", "w", encoding="utf-8") as train, \
            open(f"{folder}/DATASET/val.tsv", "w", encoding="utf-8") as val:
        for name, caption in CAPTIONS.items():
            shutil.copy(f"{samples}/{name}", f"{folder}/DATASET")
            split = val if "lake" in name else train
            for beginning in ("", "this is ", "we see ", "here is ", "see "):
                split.write(f"{name}\t{beginning}{caption}\n")
    os.makedirs(f"{folder}/data/msvd/videos")
    with open(f"{folder}/data/msvd/corpus.csv", "w", encoding="utf-8") as table:
        table.write("VideoID,Start,End,WorkerID,Source,AnnotationTime,Language,Description\n")
        for number in range(6):
            clip(f"{folder}/data/msvd/videos/clip{number}_0_8.avi", seconds=8)
            for worker in range(5):
                table.write(f"clip{number},0,8,{worker},clean,55,English,A color changes slowly.\n")
    for split, numbers in (("train", range(4)), ("val", (4,)), ("test", (5,))):
        with open(f"{folder}/data/msvd/{split}.txt", "w", encoding="utf-8") as names:
            names.writelines(f"clip{number}_0_8\n" for number in numbers)


def scored_captions(folder):
    """Captions of people about the pictures in pictures/ (captions_train.json, captions_val.json), and results."""
    names = sorted(os.listdir(f"{folder}/pictures"))
    captions = {
        "images": [{"id": number, "file_name": name} for number, name in enumerate(names)],
        "annotations": [{"image_id": number, "caption": f"{beginning}a boy kicks ball {number}"}
                        for number in range(len(names)) for beginning in ("", "we see ")]}
    for split in ("train", "val"):
        write_json(f"{folder}/captions_{split}.json", captions)
    for name, words in (("results", "a boy kicks"), ("old", "a boy and"), ("new", "a boy kicks")):
        write_json(f"{folder}/{name}.json", [
            {"image_id": number, "caption": f"{words} ball {number}"} for number in range(len(names))])


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def clip(path, seconds):
    """Writes a clip of one frame a second, in YUV4MPEG2, with a cut every 40 seconds."""
    width, height = 96, 72
    with open(path, "wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F1:1 Ip A1:1 C420jpeg\n" % (width, height))
        for second in range(seconds):
            scene = second // 40
            row = bytes((x * (scene + 1) + second * 3) % 200 + 20 for x in range(width))
            chroma = width * height // 4
            file.write(b"FRAME\n" + row * height)
            file.write(bytes([60 + 40 * scene]) * chroma + bytes([180 - 40 * scene]) * chroma)


def programs(folder):
    """Stand-ins for programs that would leave the folder: curl downloads nothing, and find stays inside."""
    os.makedirs(f"{folder}/bin")
    script(f"{folder}/bin/curl", f'exec cat "{folder}/photo.jpg"')
    script(f"{folder}/bin/find", f'shift && exec {shutil.which("find")} "{folder}/photos" "$@"')


def script(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{text}\n")
    os.chmod(path, 0o755)


def earlier_results(folder, environment, text):
    """Makes small versions of what commands of the README have made before."""
    todo = []
    if "models/mobilenet" in text and "-o models/mobilenet" not in text:
        todo.append("model import weights.pth -o models/mobilenet")
    if "runs/shapes" in text and "-o runs/shapes" not in text:
        todo.append("dataset synthesize shapes -o data/shapes --count 200 --val 20")
        todo.append("train data/shapes --config data/shapes/training.json -o runs/shapes --epochs 2")
    if "runs/mine" in text and "-o runs/mine" not in text:
        todo.append("train DATASET --start-from default --min-count 1 --epochs 1 -o runs/mine")
    for words in todo:
        command = ["scripts/cutline", *words.split(), "-q"]
        subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=True)
